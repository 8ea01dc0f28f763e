// Loaded into every process of a local edge (`node --import`): when whoever started it is gone, its end of standard input
// closes, and the edge stops as if interrupted. So a killed test leaves no workerd behind.
process.stdin.on("end", () => process.kill(process.pid, "SIGINT"));
process.stdin.on("error", () => {});
process.stdin.resume();
process.stdin.unref?.();
