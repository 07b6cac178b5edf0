using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Nonsense in what a model file says of itself is one sentence that names the file, and speaks of no type of the program.</summary>
[Collection(nameof(CliFolder))]
public sealed class NonsenseTests
{
    public static TheoryData<string, string> Nonsense => new()
    {
        { "summary", """{"validation_nats":1e308}""" }, { "summary", """{"steps":-1e16}""" }, { "summary", """{"steps":"x"}""" }, { "summary", """{"steps":null}""" }, { "summary", """{"steps":[]}""" },
        { "geometry", "[28,28,1]" }, { "geometry", "[28,28,1,2,3]" }, { "geometry", "[0,28,1,2]" }, { "geometry", "[28.5,28,1,2]" }, { "geometry", "[28,28,1,1e30]" }, { "geometry", "null" }, { "geometry", "{}" },
        { "order_version", "1.5" }, { "order_version", "-1" }, { "order_version", "\"x\"" }, { "order_version", "1e40" },
        { "preprocessing", "null" }, { "preprocessing", "5" }, { "preprocessing", "\"levels=4\"" }, { "preprocessing", "\"range=0:1e-320\"" }, { "preprocessing", "\"zzz\"" }, { "preprocessing", "\"levels=1e5\"" }, { "preprocessing", "\"size=-3x4\"" }, { "preprocessing", "\"validation=nan\"" },
        { "classes", "null" }, { "classes", "[1]" }, { "classes", "[null]" }, { "classes", """["a","a"]""" }, { "data", "5" }, { "data", "[]" },
        { "config", "null" }, { "config", "5" }, { "config", "{}" }, { "config", """{"model":5}""" }, { "config", """{"model":"gated-pixelcnn","channels":"x"}""" }, { "config", """{"model":"gated-pixelcnn","channels":3.5}""" },
        { "config", """{"model":"gated-pixelcnn","channels":1e30}""" }, { "config", """{"model":"gated-pixelcnn","channels":null}""" }, { "config", """{"model":"gated-pixelcnn","conditional":1}""" },
        { "config", """{"model":"gated-pixelcnn","head":[[]]}""" }, { "config", """{"model":"gated-pixelcnn","dropout":"much"}""" }, { "plan", "5" }, { "trained_on", "{}" },
    };

    [Theory, MemberData(nameof(Nonsense))]
    public void Nonsense_is_one_sentence(string key, string value)
    {
        var bytes = File.ReadAllBytes("plain.likely");
        var length = BitConverter.ToInt32(bytes);
        var header = JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, length))!;
        var description = JsonNode.Parse((string)header["__metadata__"]!["likely"]!)!;
        description[key] = JsonNode.Parse(value);
        header["__metadata__"]!["likely"] = description.ToJsonString();
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] padded = [.. text, .. Enumerable.Repeat((byte)' ', -text.Length & 7)];
        File.WriteAllBytes("nonsense.likely", [.. BitConverter.GetBytes((long)padded.Length), .. padded, .. bytes.AsSpan(8 + length)]);
        foreach (var arguments in (string[])["info nonsense.likely", "sample nonsense.likely --out nonsense.png"])
        {
            var run = CliRun.Of(arguments.Split(' '));
            Assert.True(run.Code == 2, $"{key}={value}: exit code {run.Code}, {run.Error}{run.Output}");
            Assert.Single(run.Error.TrimEnd().Split('\n'));
            Assert.Contains("nonsense.likely", run.Error);
            Assert.DoesNotMatch("Json|System|Likely\\.Models|Path:|LineNumber|reference", run.Error);
        }
    }
}
