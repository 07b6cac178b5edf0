using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Models;

/// <summary>What a small model file claims takes no memory before its bytes bear it out: each of these was made to take gigabytes.</summary>
public sealed class SizeBombsTests
{
    const long MostBytes = 400L << 20;

    public static TheoryData<string, DensityConfig, Space> Readable => new()
    {
        { "masks over a million variables", new MadeConfig { Hidden = 1, Masks = 1024, Orderings = 1024, Direct = false }, Space.Image(1000, 1000, 1, 2) },
        { "one mask over a million variables", new MadeConfig { Hidden = 1, Direct = false }, Space.Image(1000, 1000, 1, 2) },
        { "a wide kernel over many columns", new GatedPixelCnnConfig { Channels = 1, Layers = 1, Kernel = 99 }, Space.Image(1, 1 << 26, 1, 2) },
        { "a wide kernel over many rows and columns", new PixelCnnConfig { Channels = 1, Layers = 1, Kernel = 99, HeadChannels = 1 }, Space.Image(8192, 8192, 3, 256) },
        { "a million variables in a random order", new NadeConfig { Hidden = 1, Ordering = "random" }, Space.Image(1000, 1000, 1, 2) },
    };

    [Theory, MemberData(nameof(Readable))]
    public void A_small_file_of_large_structure_is_read_within_bounds(string what, DensityConfig config, Space space)
    {
        using var stream = new MemoryStream();
        new Checkpoint(config.Build(space, 0, 1), [], "").Save(stream);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var checkpoint = Checkpoint.Load(stream.ToArray(), "bomb");
        checkpoint.Identity();
        Assert.True(checkpoint.Density.Parameters.Count > 0, what);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    public static TheoryData<string, string, int[]> Claims => new()
    {
        { """{"model":"fvsbn","ordering":"random"}""", "weights", [8192, 8192, 1, 2] },
        { """{"model":"fvsbn","ordering":"random"}""", "'weight'", [200, 200, 1, 2] },
        { """{"model":"nade","hidden":4096,"ordering":"random"}""", "weights", [8192, 8192, 1, 2] },
        { """{"model":"nade","hidden":16,"ordering":"random"}""", "'input", [4096, 4096, 1, 2] },
        { """{"model":"made","hidden":4096,"layers":100,"masks":1024,"orderings":1024}""", "weights", [8192, 8192, 1, 2] },
        { """{"model":"made","hidden":4096,"layers":100,"masks":1024,"orderings":1024}""", "'layers.0", [100, 100, 1, 2] },
        { """{"model":"gated-pixelcnn","channels":4096,"layers":1000,"kernel":99}""", "weights", [8192, 8192, 3, 256] },
        { """{"model":"gated-pixelcnn","channels":512,"layers":8,"kernel":99}""", "'layers.0", [8192, 8192, 3, 256] },
        { """{"model":"fvsbn"}""", "geometry", [1 << 20, 1 << 20, 1, 2] },
        { """{"model":"fvsbn"}""", "geometry", [1, 1, 4, 2] },
        { """{"model":"fvsbn"}""", "geometry", [int.MaxValue, int.MaxValue, 3, 2] },
    };

    [Theory, MemberData(nameof(Claims))]
    public void A_claim_that_no_tensor_bears_out_is_refused_and_takes_nothing(string config, string word, int[] space)
    {
        var file = Described(new JsonObject
        {
            ["order_version"] = 0,
            ["config"] = JsonNode.Parse(config),
            ["geometry"] = new JsonArray([.. space.Select(size => (JsonNode)size)]),
            ["classes"] = new JsonArray(),
            ["preprocessing"] = "",
        }.ToJsonString());
        Assert.Contains(word, Refused(file));
    }

    [Fact]
    public void So_is_a_header_of_more_entries_than_any_model_has()
    {
        var json = new StringBuilder("{");
        for (var i = 0; i < 400_000; i++) json.Append($"\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0,1,1,1,1,1,1,1],\"data_offsets\":[0,0]}},");
        Assert.Contains("tensors", Refused(WithHeader(json)));
        json.Clear().Append("{\"__metadata__\":{");
        for (var i = 0; i < 400_000; i++) json.Append($"\"{i}\":\"\",");
        json.Length--;
        Assert.Contains("metadata", Refused(WithHeader(json.Append("},"))));
        Assert.Contains("description", Refused(Described($"{{\"classes\":[{string.Join(',', Enumerable.Repeat("\"\"", 2_000_000))}]}}")));
    }

    static byte[] Described(string description)
    {
        var file = new Safetensors();
        file.Metadata["likely"] = description;
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    static byte[] WithHeader(StringBuilder json)
    {
        json.Length--;
        var header = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        return [.. BitConverter.GetBytes((long)header.Length), .. header];
    }

    static string Refused(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.ThrowsAny<Exception>(() => Checkpoint.Load(file, "bomb"));
        Assert.True(fault is ModelException or SafetensorsException, fault.ToString());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes / 4);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Contains("bomb", fault.Message);
        return fault.Message;
    }
}
