using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>
/// Mutated files are refused by a <see cref="SafetensorsException"/> or read as content that survives a round trip.
/// LIKELY_FUZZ sets the number of inputs; input i depends on i alone, so a failure names what to repeat.
/// </summary>
public sealed class SafetensorsFuzzTests
{
    static readonly string[] _scraps =
        ["\"", "{", "}", "[", "]", ",", ":", "0", "-1", "9223372036854775807", "1e3", "null", "\"shape\"", "\"dtype\"", "\"a\"", "\"__metadata__\"", "\\ud800", "F32", "U8", "[[[[[["];

    [Fact]
    public void A_mutated_file_is_refused_in_plain_words_or_read_consistently()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("LIKELY_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 10_000;
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("safetensors"));
        var seed = Seed();
        int read = 0, refused = 0;
        for (var i = 0; i < count; i++)
        {
            var input = Mutate(seed, random, (ulong)i);
            try
            {
                var content = Safetensors.Read(input);
                var bytes = SafetensorsTests.Bytes(content);
                Assert.True(bytes.AsSpan().SequenceEqual(SafetensorsTests.Bytes(Safetensors.Read(bytes))), $"input {i} is not stable under a round trip");
                read++;
            }
            catch (SafetensorsException fault)
            {
                Assert.True(fault.Message.EndsWith('.') && !fault.Message.Contains('\n'), $"input {i}: {fault.Message}");
                refused++;
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"input {i} ({Convert.ToHexString(input)}) gave {fault}");
            }
        }
        Assert.True(count < 1000 || (read > count / 50 && refused > count / 4), $"the mutations are one-sided: {read} read, {refused} refused");
    }

    static byte[] Seed()
    {
        var content = new Safetensors { Metadata = { ["config"] = """{"model":"x"}""", ["k"] = "v" } };
        content.Add("a", [2, 3], [1, 2, 3, 4, 5, 6]);
        content.Add(new Safetensors.Entry("b", "U8", [5], new byte[] { 1, 2, 3, 4, 5 }));
        content.Add(new Safetensors.Entry("c", "I64", [], new byte[8]));
        return SafetensorsTests.Bytes(content);
    }

    /// <summary>One to four edits: a bit, a byte, a scrap of JSON put in or over, a piece cut out or doubled, a digit, the length, the end.</summary>
    static byte[] Mutate(byte[] seed, Philox random, ulong input)
    {
        var bytes = new List<byte>(seed);
        ulong minor = 0;
        int Below(int bound) => random.Below(input, minor++, bound);

        var edits = 1 + Below(4);
        for (var edit = 0; edit < edits && bytes.Count > 8; edit++)
        {
            var at = 8 + Below(Below(4) == 0 ? bytes.Count - 8 : Math.Min(bytes.Count - 8, 300));
            switch (Below(9))
            {
                case 0: bytes[at] ^= (byte)(1 << Below(8)); break;
                case 1: bytes[at] = (byte)Below(256); break;
                case 2: bytes.InsertRange(at, Encoding.ASCII.GetBytes(_scraps[Below(_scraps.Length)])); break;
                case 3: bytes.RemoveRange(at, Math.Min(1 + Below(20), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(1 + Below(80), bytes.Count - at))); break;
                case 5:
                    while (at < bytes.Count && bytes[at] is < (byte)'0' or > (byte)'9') at++;
                    if (at < bytes.Count) bytes[at] = (byte)('0' + Below(10));
                    break;
                case 6: bytes[Below(8)] = (byte)Below(256); break;
                case 7: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.Add((byte)Below(256)); break;
            }
        }

        // Most edits shift the data; half of the inputs get a length that fits, so that the faults lie deeper than there.
        var file = bytes.ToArray();
        var shift = file.Length - seed.Length;
        if (Below(2) == 0 && file.Length > 16)
            BinaryPrimitives.WriteInt64LittleEndian(file, BinaryPrimitives.ReadInt64LittleEndian(seed) + shift);
        return file;
    }
}
