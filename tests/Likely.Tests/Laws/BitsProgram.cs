using System.Globalization;
using System.Runtime.Intrinsics;
using Likely.Tests.Data;
using Likely.Tests.Golden;
using Likely.Tests.Tensors.Kernels;

namespace Likely.Tests.Laws;

/// <summary>
/// The bit matrix as a program, for machines on which a test runner is too slow or absent: prints the width of the hardware's vectors, then
/// "name hash" a line, the last for all kept files and golden values. Usage: Likely.Tests THREADS ARCHIVES, the second a folder in which the first leg leaves its archives.
/// </summary>
public static class BitsProgram
{
    public static int Main(string[] arguments)
    {
        if (arguments.Length != 2 || !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var threads) || threads < 1)
        {
            Console.Error.WriteLine("usage: Likely.Tests THREADS ARCHIVES (the tests themselves: dotnet test)");
            return 2;
        }
        // Says what the leg really ran on: a switch that the runtime ignores would prove nothing.
        Console.WriteLine($"vectors {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0)}");
        foreach (var (name, hash) in BitsMatrix.Hashes(threads, arguments[1])) Console.WriteLine($"{name} {hash}");
        // What was kept from other machines and years; each of these throws if a bit differs.
        foreach (string name in GoldenArchiveTests.Names) new GoldenArchiveTests().A_kept_archive_restores_what_was_put_in(name);
        new GoldenArchiveTests().A_kept_archive_of_a_table_restores_what_was_put_in();
        foreach (string name in GoldenCheckpointTests.Models) new GoldenCheckpointTests().A_kept_model_file_loads_and_scores_to_the_same_bits(name);
        new ExponentialGoldenTests().SinglePrecisionBitsAreTheSameEverywhere();
        new ExponentialGoldenTests().DoublePrecisionBitsAreTheSameEverywhere();
        new StrokesTests().The_first_images_of_each_part_never_change();
        Console.WriteLine("kept restored");
        return 0;
    }
}
