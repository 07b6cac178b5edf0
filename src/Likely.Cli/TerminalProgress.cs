using System.Text;
using Spectre.Console;

namespace Likely.Cli;

/// <summary>A bar with share and text on stderr; lines of text go above it.</summary>
sealed class TerminalProgress : ProgressDisplay
{
    const int WideEnough = 120, WideBar = 24, NarrowBar = 12;
    const int Beside = 8; // the percentage and the spaces between

    readonly IAnsiConsole _console;
    readonly ProgressTask _task;

    TerminalProgress(IAnsiConsole console, ProgressTask task) : base(null) => (_console, _task) = (console, task);

    public static T Watch<T>(TextWriter error, Func<ProgressDisplay, T> work)
    {
        var terminal = new Terminal(error);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = terminal });
        T result = default!;
        console.Progress().AutoRefresh(true).AutoClear(true)
            .Columns(new ProgressBarColumn { Width = terminal.Width < WideEnough ? NarrowBar : WideBar }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => result = work(new TerminalProgress(console, context.AddTask("starting", maxValue: 1))));
        return result;
    }

    public override void Update(double share, string text, bool matters = false)
    {
        lock (this)
        {
            _task.Value = share;
            // A line that wraps would climb up the screen.
            var width = _console.Profile.Width;
            var room = width - Beside - (width < WideEnough ? NarrowBar : WideBar);
            _task.Description = Markup.Escape(text.Length <= room ? text : $"{text[..Math.Max(0, room - 1)]}…");
            if (matters) _console.WriteLine($"{100 * share,5:0.0} %  {text}");
        }
    }

    public override void Line(string text) => _console.WriteLine(text);

    /// <summary>stderr as a terminal of the size it has now.</summary>
    sealed class Terminal(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;
        public bool IsTerminal => true;
        public int Width => Size(() => Console.WindowWidth, 80);
        public int Height => Size(() => Console.WindowHeight, 24);

        public void SetEncoding(Encoding encoding)
        {
        }

        static int Size(Func<int> ask, int usual)
        {
            try
            {
                return ask() is > 0 and var size ? size : usual;
            }
            catch (IOException)
            {
                return usual;
            }
        }
    }
}
