using Spectre.Console;

namespace Likely.Cli;

/// <summary>A bar with share and text on stderr; lines of text go above it.</summary>
sealed class TerminalProgress : ProgressDisplay
{
    readonly IAnsiConsole _console;
    readonly ProgressTask _task;

    TerminalProgress(IAnsiConsole console, ProgressTask task) : base(null) => (_console, _task) = (console, task);

    public static T Watch<T>(Func<ProgressDisplay, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        T result = default!;
        console.Progress().AutoRefresh(true).AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => result = work(new TerminalProgress(console, context.AddTask("starting", maxValue: 1))));
        return result;
    }

    public override void Update(double share, string text, bool matters = false)
    {
        lock (this)
        {
            _task.Value = share;
            _task.Description = Markup.Escape(text);
            if (matters) _console.WriteLine($"{100 * share,5:0.0} %  {text}");
        }
    }

    public override void Line(string text) => _console.WriteLine(text);
}
