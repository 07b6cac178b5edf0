using System.CommandLine;

namespace Likely.Cli;

/// <summary>The options that every verb takes.</summary>
sealed class SharedOptions
{
    readonly Option<int?> _threads = Options.Whole("--threads", "Worker threads; all processors if not given. No result depends on it", most: 1024);
    readonly Option<ulong?> _seed = Options.Seed("--seed", "Seed of weights, training and drawing, 1 if not given; data have their own, --set data_seed=N");
    readonly Option<bool> _json = Options.Flag("--json", "End stdout with one line of JSON");
    readonly Option<bool> _quiet = Options.Flag("--quiet", "No progress");
    readonly Option<bool> _verbose = Options.Flag("--verbose", "Show where an error came from");
    readonly Option<bool> _force = Options.Flag("--force", "Overwrite files");

    public SharedOptions()
    {
        foreach (var option in All) option.Recursive = true;
    }

    public Option[] All => [_threads, _seed, _json, _quiet, _verbose, _force];

    public Session Read(ParseResult result, AnswerWriter output, ForgivingWriter error, CancellationToken cancellation) => new(output, error, cancellation)
    {
        Threads = result.GetValue(_threads) ?? Environment.ProcessorCount,
        Seed = result.GetValue(_seed) ?? 1,
        Json = result.GetValue(_json),
        Quiet = result.GetValue(_quiet),
        Verbose = result.GetValue(_verbose),
        Force = result.GetValue(_force),
    };
}
