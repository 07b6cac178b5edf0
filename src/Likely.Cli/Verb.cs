using System.CommandLine;

namespace Likely.Cli;

/// <summary>One verb of the program: its options, its examples, and what it does.</summary>
sealed class Verb : Command
{
    public Verb(string name, string description, string[] examples, IEnumerable<Symbol> symbols, Func<ParseResult, Session, int> run) : base(name, description)
    {
        (Examples, Run) = (examples, run);
        foreach (var symbol in symbols)
            if (symbol is Argument argument) Add(argument);
            else Add((Option)symbol);
    }

    /// <summary>Command lines without the program's name.</summary>
    public string[] Examples { get; }

    public Func<ParseResult, Session, int> Run { get; }

    /// <summary>What its help says besides, if anything.</summary>
    public Func<string>? Further { get; init; }
}
