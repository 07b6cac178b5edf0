using System.Buffers.Binary;
using System.Text;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>Safetensors against a file laid out byte by byte, against every fault a header can have, and through a file on disk.</summary>
public sealed class SafetensorsTests
{
    [Fact]
    public void A_file_laid_out_by_hand_is_read()
    {
        var file = Lay("""{"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"__metadata__":{"config":"{\"n\":1}"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}   """,
            [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0, 7, 8, 9]); // 1, -2.5; 7, 8, 9
        var content = Safetensors.Read(file);

        Assert.Equal("""{"n":1}""", content.Metadata["config"]);
        Assert.Equal(["a", "b"], content.Entries.Select(e => e.Name));
        var values = new float[2];
        content.Find("a")!.CopyTo(values);
        Assert.Equal([1f, -2.5f], values);
        Assert.Equal([1L, 2L], content.Find("a")!.Shape);
        Assert.Equal("U8", content.Find("b")!.DataType);
        Assert.Equal([7, 8, 9], content.Find("b")!.Data.ToArray());
        Assert.Null(content.Find("c"));
    }

    [Fact]
    public void What_is_written_is_what_the_format_says_to_the_byte()
    {
        var content = new Safetensors { Metadata = { ["z"] = "é\"\n", ["a"] = "1" } };
        content.Add("w", [2], [1f, -2.5f]);
        content.Add(new Safetensors.Entry("B", "U8", [], new byte[] { 5 }));
        var header = """{"__metadata__":{"a":"1","z":"é\"\u000a"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"B":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""";
        var length = (8 + Encoding.UTF8.GetByteCount(header) + 63) / 64 * 64 - 8;
        var padded = header + new string(' ', length - Encoding.UTF8.GetByteCount(header));

        Assert.Equal(Lay(padded, [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0, 5]), Bytes(content));
    }

    [Fact]
    public void Every_type_survives_a_round_trip_whatever_the_order_of_addition()
    {
        (string Type, int Size)[] types = [("BF16", 2), ("U8", 1), ("I32", 4), ("I64", 8), ("U64", 8), ("F32", 4), ("F64", 8), ("BOOL", 1), ("F16", 2)];
        Safetensors forward = new(), backward = new();
        foreach (var (type, size) in types) forward.Add(Tensor(type, size));
        foreach (var (type, size) in types.Reverse()) backward.Add(Tensor(type, size));
        forward.Add(new Safetensors.Entry("empty", "F32", [4, 0], default));
        backward.Add(new Safetensors.Entry("empty", "F32", [4, 0], default));

        Assert.Equal(Bytes(forward), Bytes(backward));
        var read = Safetensors.Read(Bytes(forward));
        Assert.Equal(forward.Entries.Count, read.Entries.Count);
        foreach (var entry in forward.Entries) AssertSame(entry, read.Find(entry.Name));

        static Safetensors.Entry Tensor(string type, int size) =>
            new("tensor." + type, type, [3, 2], Enumerable.Range(1, 6 * size).Select(i => (byte)(i * 37)).ToArray());
    }

    [Fact]
    public void A_file_on_disk_reads_as_its_bytes_do()
    {
        var path = Path.GetTempFileName();
        try
        {
            var content = new Safetensors { Metadata = { ["order_version"] = "0" } };
            content.Add("layer.weight", [2, 2], [1f, float.NaN, -0f, float.Epsilon]);
            content.Add(new Safetensors.Entry("step", "I64", [1], BitConverter.GetBytes(12L)));
            using (var stream = File.Create(path)) content.Write(stream);
            var read = Safetensors.Read(path);
            Assert.Equal(content.Metadata, read.Metadata);
            foreach (var entry in content.Entries) AssertSame(entry, read.Find(entry.Name));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_data_starts_at_a_multiple_of_64_for_every_header_length()
    {
        for (var length = 0; length < 130; length++)
        {
            var content = new Safetensors();
            content.Add(new string('n', length), [1], [1f]);
            Assert.Equal(0, (8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(Bytes(content))) % 64);
        }
    }

    [Theory]
    [InlineData("", "not a JSON object")]
    [InlineData(" {}", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}x", "not valid JSON")]
    [InlineData("{}{}", "not valid JSON")]
    [InlineData("""{"\ud800":{}}""", "not valid JSON")]
    [InlineData("""{"a":[]}""", "'a' has a value of the wrong kind")]
    [InlineData("""{"__metadata__":{"k":1}}""", "'k' has a value of the wrong kind")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", "metadata key 'k' appears twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "'__metadata__' appears twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "'a' appears twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"dtype":"U8"}}""", "unknown or repeated field 'dtype'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}}""", "unknown or repeated field 'x'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4]}}""", "lacks its type")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,5]}}""", "lacks its type")]
    [InlineData("""{"a":{"dtype":"Q8","shape":[4],"data_offsets":[0,4]}}""", "unknown type")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[[[4]]]],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4],"data_offsets":[0,4]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}""", "should take 3 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "should take 4 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""", "'b' overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "hole before")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "beyond the end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", "beyond the end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "1 bytes at its end")]
    public void A_damaged_header_is_refused_in_one_sentence(string header, string expected)
    {
        var fault = Assert.Throws<SafetensorsException>(() => Safetensors.Read(Lay(header, [1, 2, 3, 4]), "w.safetensors"));
        Assert.StartsWith("w.safetensors ", fault.Message);
        Assert.Contains(expected, fault.Message);
        Assert.EndsWith(".", fault.Message);
    }

    [Theory]
    [InlineData(new byte[0], "only 0 bytes")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, (byte)'{' }, "only 9 bytes")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "cut short")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 255, (byte)'{', (byte)'}' }, "cut short")]
    public void A_length_that_does_not_fit_is_refused(byte[] file, string expected) =>
        Assert.Contains(expected, Assert.Throws<SafetensorsException>(() => Safetensors.Read(file)).Message);

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        Assert.Contains("does not exist", Assert.Throws<SafetensorsException>(() => Safetensors.Read("/no/such/file")).Message);
        Assert.Contains("cannot be read", Assert.Throws<SafetensorsException>(() => Safetensors.Read(Path.GetTempPath())).Message);
        Assert.Throws<SafetensorsException>(() => Safetensors.Read(""));
    }

    [Fact]
    public void Content_that_the_format_cannot_hold_is_refused()
    {
        var content = new Safetensors();
        content.Add("a", [1], [1f]);
        Assert.Throws<SafetensorsException>(() => content.Add("a", [1], [1f]));
        Assert.Throws<SafetensorsException>(() => content.Add("b", [2], [1f]));
        Assert.Throws<SafetensorsException>(() => content.Add("__metadata__", [1], [1f]));
        Assert.Throws<SafetensorsException>(() => content.Add(new Safetensors.Entry("b", "F31", [1], new byte[4])));
        Assert.Throws<SafetensorsException>(() => content.Find("a")!.CopyTo(new float[2]));
        content.Metadata["k"] = "\ud800";
        Assert.Throws<SafetensorsException>(() => content.Write(Stream.Null));
    }

    internal static byte[] Lay(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        data.CopyTo(file, 8 + text.Length);
        return file;
    }

    internal static byte[] Bytes(Safetensors content)
    {
        using var stream = new MemoryStream();
        content.Write(stream);
        return stream.ToArray();
    }

    static void AssertSame(Safetensors.Entry expected, Safetensors.Entry? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.DataType, actual.DataType);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
    }
}
