using System.CommandLine;
using System.CommandLine.Help;
using Likely.Data;
using Likely.Models;
using Likely.Training;

namespace Likely.Cli;

/// <summary>
/// The program: verbs, options that all verbs share, and what becomes of errors. Exit codes: 0 ok, 1 failed, 2 wrong usage or bad
/// input, 130 interrupted. An error is one plain sentence on stderr; a stack trace only with --verbose.
/// </summary>
public static class CommandLine
{
    const int Failed = 1, WrongUsage = 2, Interrupted = 130;

    /// <summary>Runs one command line and returns its exit code.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var shared = new SharedOptions();
        var root = new Command("likely", "Likely learns p(x) from your data, then draws, completes and scores with it.") { new HelpOption(), new VersionOption() };
        foreach (var option in shared.All) root.Add(option);
        Verb[] verbs =
        [
            DemoVerb.Create(), TrainVerb.Create(), SampleVerb.Create(), CompleteVerb.Create(), ScoreVerb.Create(), InfoVerb.Create(), ModelsVerb.Create(), BenchVerb.Create(),
        ];
        foreach (var verb in verbs) Add(root, verb);
        var data = new Command("data", "Known data sets, and a look at any data set");
        foreach (var verb in DataVerbs.Create()) Add(data, verb);
        root.Add(data);
        root.SetAction(_ => root.Parse("--help", new()).Invoke(new InvocationConfiguration { Output = output, Error = error }));
        Help.AddExamples(root, [.. verbs]);

        var parsed = root.Parse(Repeat(arguments), new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var verbose = arguments.Contains("--verbose");
        try
        {
            if (parsed.Errors.Count > 0) throw new UsageException(parsed.Errors[0].Message);
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception fault)
        {
            return Explain(fault, error, verbose);
        }

        void Add(Command parent, Verb verb)
        {
            verb.SetAction(result => verb.Run(result, shared.Read(result, output, error, cancellation)));
            parent.Add(verb);
        }
    }

    static int Explain(Exception fault, TextWriter error, bool verbose)
    {
        while (fault is AggregateException { InnerException: { } inner }) fault = inner;
        var (code, sentence) = fault switch
        {
            UsageException or DataException or ModelException or SafetensorsException => (WrongUsage, fault.Message),
            OperationCanceledException => (Interrupted, "interrupted; nothing was written"),
            TrainingException => (Failed, fault.Message),
            OutOfMemoryException => (Failed, "there is not enough memory for this; try a smaller --batch, fewer channels, or smaller images"),
            IOException or UnauthorizedAccessException => (Failed, fault.Message),
            _ => (Failed, $"an error of the program itself, not of your input: {fault.Message} (--verbose shows where)"),
        };
        error.WriteLine($"likely: {sentence.ReplaceLineEndings(" ").TrimEnd('.')}.");
        if (verbose) error.WriteLine(fault);
        return code;
    }

    // "--set a=1 b=2" means "--set a=1 --set b=2", yet does not swallow an argument that follows.
    static List<string> Repeat(string[] arguments)
    {
        var result = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var follows = i > 1 && result.Count > 1 && result[^2] == "--set" && arguments[i].Contains('=') && !arguments[i].StartsWith('-');
            if (follows) result.Add("--set");
            result.Add(arguments[i]);
        }
        return result;
    }
}
