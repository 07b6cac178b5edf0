using System.Diagnostics;
using System.Runtime.InteropServices;
using Likely.Cli;

// The first interrupt asks the verb to save and stop; the second ends the program at once, whatever it waits for.
const int Interrupted = 130;
using var interrupt = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTermination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return CommandLine.Run(args, Console.Out, Console.Error, interrupt.Token);

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (!interrupt.IsCancellationRequested)
    {
        interrupt.Cancel();
        return;
    }
    // Should leaving in order not be possible, the system ends it.
    new Thread(() =>
    {
        Thread.Sleep(500);
        Process.GetCurrentProcess().Kill();
    })
    { IsBackground = true }.Start();
    Environment.Exit(Interrupted);
}
