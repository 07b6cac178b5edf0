using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
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
    // Somebody may hold the console: the sentence is waited for only a moment.
    var word = new Thread(() =>
    {
        try
        {
            using var error = Console.OpenStandardError();
            error.Write(Encoding.UTF8.GetBytes($"{(Console.IsErrorRedirected ? "" : "\n")}stopped at once; what was not finished is cleared away, or finished, by the next run that writes to the same place\n"));
        }
        catch (IOException)
        {
            // Nobody listens.
        }
    })
    { IsBackground = true };
    word.Start();
    word.Join(200);
    Environment.Exit(Interrupted);
}
