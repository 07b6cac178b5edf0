using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>
/// The program: verbs, options that all verbs share, and what becomes of errors. Exit codes: 0 ok, 1 failed, 2 wrong usage or bad
/// input, 130 interrupted. An error is one plain sentence on stderr; a stack trace only with --verbose.
/// </summary>
public static class CommandLine
{
    const int Failed = 1, WrongUsage = 2;

    /// <summary>The exit code of what was ended early.</summary>
    internal const int Interrupted = 130;

    /// <summary>Runs one command line and returns its exit code.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
        => Run(arguments, new AnswerWriter(output), new ForgivingWriter(error), cancellation);

    static int Run(string[] arguments, AnswerWriter output, ForgivingWriter error, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var root = new Command("likely", "Likely learns p(x) from your data, then draws, completes, scores and compresses with it.") { new HelpOption(), new VersionOption() };
        foreach (var option in shared.All) root.Add(option);
        Verb[] verbs =
        [
            DemoVerb.Create(), TrainVerb.Create(), SampleVerb.Create(), CompleteVerb.Create(), ScoreVerb.Create(), DetectVerb.Create(), ClassifyVerb.Create(), CompressVerb.Create(), DecompressVerb.Create(),
            VerifyVerb.Create(), ShrinkVerb.Create(), TokensVerb.Create(), EncodeVerb.Create(), ReconstructVerb.Create(), ShowVerb.Create(), ProbeVerb.Create(), IndexVerb.Create(), SearchVerb.Create(), ImportVerb.Create(), ExportVerb.Create(), InfoVerb.Create(), ModelsVerb.Create(), KeysVerb.Create(), BenchVerb.Create(),
        ];
        foreach (var verb in verbs) Add(root, verb);
        var data = new Command("data", "Known data sets, and a look at any data set");
        foreach (var verb in DataVerbs.Create()) Add(data, verb);
        root.Add(data);
        root.SetAction(_ => root.Parse("--help", new()).Invoke(new InvocationConfiguration { Output = output, Error = error }));
        Help.AddExamples(root, [.. verbs]);

        if (arguments is ["help", ..]) arguments = [.. arguments[1..], "--help"];
        var verbose = arguments.Contains("--verbose");
        try
        {
            var parsed = root.Parse(Repeat(arguments), new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            RequireKnown(parsed, arguments);
            if (parsed.Errors.Count > 0) throw new UsageException(Sentence(parsed));
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception fault)
        {
            return Explain(fault, arguments.Contains("--json") ? output : null, error, verbose);
        }

        void Add(Command parent, Verb verb)
        {
            verb.SetAction(result => verb.Run(result, shared.Read(result, output, error, cancellation)));
            parent.Add(verb);
        }
    }

    // A sentence on stderr, and with --json the same as the last line of stdout.
    static int Explain(Exception fault, TextWriter? json, ForgivingWriter error, bool verbose)
    {
        while (fault is AggregateException { InnerException: { } inner }) fault = inner;
        if (fault is NobodyReadsException) return 0;
        var (code, sentence) = fault switch
        {
            TrainingException or NotFiniteNumberException or ModelException { InnerException: NotFiniteNumberException } => (Failed, fault.Message),
            UsageException when AtomicFile.IsFullDisk(fault.InnerException) => (Failed, fault.Message),
            LikelyException refused => (WrongUsage, $"{fault.Message.TrimEnd('.')}{Advice(refused.Remedy)}"),
            OperationCanceledException => (Interrupted, "interrupted; nothing was written"),
            InsufficientMemoryException => (WrongUsage, fault.Message),
            OutOfMemoryException => (Failed, "there is not enough memory for this; a smaller --batch, fewer channels or smaller images take less, and of models of features fewer rows (--set limit=N), shorter ones, or a method that does not hold all at once, such as method=randomized or incremental of pca"),
            IOException or UnauthorizedAccessException => (Failed, fault.Message),
            _ => (Failed, $"an error of the program itself, not of your input: {fault.Message} (--verbose shows where)"),
        };
        sentence = $"{VisibleText.Sentence(sentence.ReplaceLineEndings(" ").TrimEnd('.'))}.";
        error.WriteLine($"likely: {sentence}");
        if (verbose) error.WriteLine(VisibleText.Lines(fault.ToString()));
        try
        {
            json?.WriteLine(new JsonObject { ["error"] = sentence, ["exit_code"] = code }.ToJsonString());
            json?.Flush();
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // stdout is gone, and stderr has said it.
        }
        return code;
    }

    // How the command line offers what the library names as a way out.
    static string Advice(Remedy remedy) => remedy switch
    {
        Remedy.Overwrite => "; use --force to overwrite",
        Remedy.MakeIndex => "; make one with: likely index MODEL DATA",
        Remedy.OtherPlace => " with --out",
        Remedy.NameModel => "; name the right one with --model FILE",
        Remedy.BeginAnew => " without --resume",
        Remedy.StoreAsBytes => "; without --strict it is stored as bytes",
        Remedy.ListContent => "; likely info lists what there is in it",
        _ => "",
    };

    // Where several arguments may follow, an unknown option would be taken for one of them; and what is read is read at any place and twice.
    static void RequireKnown(ParseResult parsed, string[] arguments)
    {
        // The parser would take the next word for the value.
        foreach (var argument in arguments.TakeWhile(argument => argument != "--"))
            if (argument.EndsWith('=') && OptionNames(parsed).Contains(argument[..^1])) throw new UsageException($"{argument[..^1]} is empty; give it a value");
        foreach (var argument in parsed.CommandResult.Command.Arguments)
            if (parsed.GetResult(argument)?.Tokens.Any(token => token.Value == OutputName.Stdout) == true)
                throw new UsageException($"{argument.Name} cannot be a stream; write what comes into a file first, or name /dev/stdin if that is a file");
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)) return;
        foreach (var token in parsed.Tokens)
            if (token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"{Path(parsed)} has no option '{token.Value}'{Spelling.Hint(token.Value, OptionNames(parsed))}; likely {Path(parsed)} --help lists what it has");
    }

    static string Sentence(ParseResult parsed)
    {
        var (command, path) = (parsed.CommandResult.Command, Path(parsed));
        if (command.Subcommands.Count > 0)
        {
            string[] verbs = [.. command.Subcommands.Select(verb => verb.Name)];
            var names = string.Join(", ", verbs);
            var what = command.Name == "data" ? "data" : "likely";
            if (what == "data" && parsed.UnmatchedTokens is [var data, ..] && Dataset.IsHere(data)) return $"data has no verb '{data}'; to look at the data of that name: likely data show {data}";
            return parsed.UnmatchedTokens.Count > 0 ? $"{what} has no verb '{parsed.UnmatchedTokens[0]}'{Spelling.Hint(parsed.UnmatchedTokens[0], verbs)}; it has {names}" : $"{what} needs a verb: {names}";
        }
        if (parsed.UnmatchedTokens.Count > 0) return $"{path} has no option or argument '{parsed.UnmatchedTokens[0]}'{Spelling.Hint(parsed.UnmatchedTokens[0], OptionNames(parsed))}; likely {path} --help lists what it has";
        var message = parsed.Errors[0].Message;
        return message.StartsWith("Required argument missing for command", StringComparison.Ordinal)
            ? $"{path} needs {string.Join(" and ", command.Arguments.Select(argument => argument.Name))}; likely {path} --help explains" : message;
    }

    static string Path(ParseResult parsed)
        => parsed.CommandResult is { Command: Verb { Name: var name }, Parent: CommandResult { Command: { Name: "data" } } } ? $"data {name}" : parsed.CommandResult.Command.Name;

    static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
            foreach (var option in result.Command.Options) yield return option.Name;
    }

    // "--set a=1 b=2" means "--set a=1 --set b=2", yet does not swallow an argument that follows; "--as text" is "--set as=text".
    static List<string> Repeat(string[] arguments)
    {
        var result = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--as")
            {
                if (i + 1 == arguments.Length || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)) throw new UsageException($"--as needs a kind of data after it: {string.Join(", ", Modality.All)}");
                result.AddRange(["--set", $"as={arguments[++i]}"]);
                continue;
            }
            var follows = i > 1 && result.Count > 1 && result[^2] == "--set" && arguments[i].Contains('=') && !arguments[i].StartsWith('-');
            if (follows) result.Add("--set");
            if (arguments[i] == "--set" && (i + 1 == arguments.Length || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)))
                throw new UsageException("--set needs key=value after it");
            result.Add(arguments[i]);
        }
        return result;
    }
}
