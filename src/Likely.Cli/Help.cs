using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Likely.Cli;

/// <summary>The usual help text, with examples after it.</summary>
sealed class Help(HelpAction usual, Command root, Verb[] verbs) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Lets --help of a command show its examples.</summary>
    public static void AddExamples(Command root, Verb[] verbs)
    {
        foreach (var option in root.Options)
            if (option is HelpOption help) help.Action = new Help((HelpAction)help.Action!, root, verbs);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        if (command is Verb { Further: { } further }) parseResult.InvocationConfiguration.Output.WriteLine($"{further()}\n");
        if (command is Verb verb) Write(parseResult, verb.Examples);
        else if (command == root) Write(parseResult, [.. verbs.Select(each => each.Examples[0])]);
        return result;
    }

    static void Write(ParseResult result, string[] examples)
    {
        var output = result.InvocationConfiguration.Output;
        output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
        foreach (var example in examples) output.WriteLine($"  likely {example}");
        output.WriteLine();
    }
}
