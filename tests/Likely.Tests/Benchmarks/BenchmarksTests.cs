using Likely.Benchmarks;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Benchmarks;

/// <summary>Everything that is measured can be measured: each kernel and each of the models' benchmarks runs once; speeds are asserted nowhere.</summary>
public sealed class BenchmarksTests
{
    [Fact]
    public void Every_kernel_runs_and_has_a_name_of_its_own()
    {
        var all = KernelBenchmarks.All(threads: 2);
        Assert.Distinct(all.Select(benchmark => benchmark.Name));
        foreach (var benchmark in all)
        {
            benchmark.Work();
            Assert.True(benchmark.Items > 0, benchmark.Name);
        }
    }

    [Fact]
    public void Every_registered_model_is_measured_in_training_scoring_coding_and_drawing()
    {
        var names = new List<string>();
        bool Note(string name)
        {
            names.Add(name);
            return false; // so that nothing is built
        }
        Assert.Empty(ModelBenchmarks.All(2, Note));
        Assert.Empty(SequenceBenchmarks.All(2, Note));
        foreach (var config in ModelRegistry.Densities)
            foreach (var use in (string[])["training step", "score", "encode", "decode", "sample"])
                Assert.Contains(names, name => name.StartsWith($"{use} {config.Name}, ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_benchmark_trains_scores_codes_and_draws()
    {
        foreach (var benchmark in ModelBenchmarks.All(2, name => name.Contains(" nade,", StringComparison.Ordinal))) benchmark.Work();
        foreach (var benchmark in SequenceBenchmarks.All(2, name => name.Contains(" char-rnn,", StringComparison.Ordinal))) benchmark.Work();
    }
}
