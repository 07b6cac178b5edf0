using System.Text.Json.Nodes;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>One run of the program within this process.</summary>
sealed record CliRun(int Code, string Output, string Error)
{
    /// <summary>The object on the last line of stdout.</summary>
    public JsonObject Json => JsonNode.Parse(Output.TrimEnd().Split('\n')[^1])!.AsObject();

    public static CliRun Of(params string[] arguments) => With(new StringWriter(), default, arguments);

    public static CliRun With(TextWriter error, CancellationToken cancellation, params string[] arguments)
    {
        var output = new StringWriter();
        var code = CommandLine.Run(arguments, output, error, cancellation);
        return new CliRun(code, output.ToString(), error.ToString()!);
    }

    /// <summary>A run that must succeed; "a b" is split at its spaces.</summary>
    public static CliRun Ok(string arguments)
    {
        var run = Of(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(run.Code == 0, $"likely {arguments} ended with {run.Code}: {run.Error}");
        return run;
    }
}
