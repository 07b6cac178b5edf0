using Xunit;

namespace Likely.Tests.Data;

/// <summary>A test that needs real data below the folder LIKELY_DATA; without them it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(params string[] files)
    {
        var root = Environment.GetEnvironmentVariable("LIKELY_DATA");
        if (string.IsNullOrEmpty(root)) Skip = $"needs LIKELY_DATA/{string.Join(", ", files)}; the variable LIKELY_DATA is not set";
        else
            foreach (var file in files)
                if (!File.Exists(Path.Combine(root, file)) && !Directory.Exists(Path.Combine(root, file))) Skip = $"needs {file} in LIKELY_DATA";
    }

    public static string PathOf(string file) => Path.Combine(Environment.GetEnvironmentVariable("LIKELY_DATA")!, file);
}
