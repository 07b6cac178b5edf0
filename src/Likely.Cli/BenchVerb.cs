using System.CommandLine;
using System.Text.Json.Nodes;
using Likely.Benchmarks;

namespace Likely.Cli;

/// <summary>bench: how fast this machine is, against its own peak: kernels, training steps, scoring and sampling.</summary>
static class BenchVerb
{
    // What one entry takes at least: warming up, measuring, and being built.
    const double SecondsOfOne = 1.5;

    static readonly Argument<string?> Filter = Options.OptionalArgument("FILTER", "Only what has this in its name, such as sample or convolution");

    public static Verb Create() => new("bench", "Measure kernels, training steps and samplers against the machine's peak",
        ["bench", "bench convolution --threads 1", "bench growth", "bench search --threads 1", "bench features", "bench sample --json"], [Filter], Run);

    static int Run(ParseResult result, Session session)
    {
        var filter = result.GetValue(Filter) ?? "";
        bool Wanted(string name) => name.Contains(filter, StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<Benchmark> kernels = [.. KernelBenchmarks.All(session.Threads).Where(kernel => Wanted(kernel.Name))];
        // How cost grows takes minutes, searching many codes much memory, and dictionaries are learned before they code, so they are measured only when they are named.
        IEnumerable<Benchmark> Named(Func<string, bool> wanted) => filter.StartsWith("growth", StringComparison.OrdinalIgnoreCase) ? GrowthBenchmarks.All(session.Threads, wanted).Concat(SequenceBenchmarks.Growth(session.Threads, wanted))
            : filter.StartsWith("search", StringComparison.OrdinalIgnoreCase) ? SearchBenchmarks.All(wanted)
            : filter.StartsWith("features", StringComparison.OrdinalIgnoreCase) ? FeatureBenchmarks.All(wanted) : [];
        IEnumerable<Benchmark> Models(Func<string, bool> wanted) => ModelBenchmarks.All(session.Threads, wanted).Concat(SequenceBenchmarks.All(session.Threads, wanted));
        var matching = kernels.Count;
        bool Count(string name)
        {
            if (Wanted(name)) matching++;
            return false; // so that nothing is built
        }
        _ = Models(Count).Concat(Named(Count)).Any();
        if (matching == 0) throw new UsageException($"nothing that can be measured has '{filter}' in its name; try convolution, linear, gate, training step, score, sample, growth, search or features");
        session.Say($"{matching} entries{(filter.Length > 0 ? $" with '{filter}' in their names" : "")}, about {ProgressDisplay.Duration(SecondsOfOne * matching)} and more where one round takes seconds");
        session.Say("measuring the peak of the machine ...");
        var peak = Benchmark.Peak(session.Threads);
        session.Print($"peak {peak:0.0} GFLOP/s with {session.Threads} threads (fused multiply-adds in registers)\n");
        session.Print($"{"",-66} {"ms",10} {"GFLOP/s",9} {"of peak",8} {"per second",12}");
        var entries = new JsonArray();
        foreach (var benchmark in kernels.Concat(Models(Wanted)).Concat(Named(Wanted)))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            if (session.Json) session.Say(benchmark.Name);
            var seconds = benchmark.Measure(session.Cancellation);
            var (gigaflops, rate) = (benchmark.Operations > 0 ? benchmark.Operations / seconds / 1e9 : (double?)null, benchmark.Items / seconds);
            session.Print($"{benchmark.Name,-66} {1000 * seconds,10:0.000} {(gigaflops is { } g ? $"{g:0.0}" : ""),9} {(gigaflops is { } h ? $"{100 * h / peak:0} %" : ""),8} {rate,12:0}");
            entries.Add((JsonNode)new JsonObject
            {
                ["name"] = benchmark.Name,
                ["milliseconds"] = Session.Number(1000 * seconds),
                ["gflops"] = Session.Number(gigaflops),
                ["share_of_peak"] = Session.Number(gigaflops / peak),
                ["per_second"] = Session.Number(rate),
            });
        }
        if (session.Json) session.Answer("", new JsonObject { ["peak_gflops"] = Session.Number(peak), ["threads"] = session.Threads, ["entries"] = entries });
        return 0;
    }
}
