using System.Buffers.Binary;
using System.Text;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Event files taken apart again by a reader of its own, check sums included.</summary>
public sealed class TensorBoardWriterTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("123456789", 0xE3069283)]
    [InlineData("", 0)]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0x8A9136AA)] // RFC 3720, B.4
    public void The_reference_check_sum_gives_the_published_values(string text, uint expected) =>
        Assert.Equal(expected, Crc32C(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Scalars_and_images_come_back()
    {
        var png = new byte[300];
        for (var i = 0; i < png.Length; i++) png[i] = (byte)(i * 7);
        using (var writer = new TensorBoardWriter(_folder))
        {
            writer.Scalar("loss/train", 1.25f, 3, 1234.5);
            writer.Scalar("verlust/ü", float.NegativeInfinity, long.MaxValue, 0);
            writer.Image("samples", png, 28, 300, 1, 4, 2.0);
        }
        var events = Records(Assert.Single(Directory.GetFiles(_folder, "events.out.tfevents.*")));
        Assert.Equal(4, events.Count);

        Assert.Equal("brain.Event:2", Encoding.UTF8.GetString(One(events[0], 3)));

        Assert.Equal(1234.5, BinaryPrimitives.ReadDoubleLittleEndian(One(events[1], 1)));
        Assert.Equal(3, Number(events[1], 2));
        var value = One(One(events[1], 5), 1);
        Assert.Equal("loss/train", Encoding.UTF8.GetString(One(value, 1)));
        Assert.Equal(1.25f, BinaryPrimitives.ReadSingleLittleEndian(One(value, 2)));

        Assert.Equal(long.MaxValue, Number(events[2], 2));
        Assert.Equal("verlust/ü", Encoding.UTF8.GetString(One(One(One(events[2], 5), 1), 1)));

        value = One(One(events[3], 5), 1);
        var image = One(value, 4);
        Assert.Equal("samples", Encoding.UTF8.GetString(One(value, 1)));
        Assert.Equal((28, 300, 1), (Number(image, 1), Number(image, 2), Number(image, 3)));
        Assert.Equal(png, One(image, 4));
    }

    [Fact]
    public void A_resumed_run_says_where_it_goes_on()
    {
        using (new TensorBoardWriter(_folder, continuesFrom: 100)) { }
        var start = Records(Assert.Single(Directory.GetFiles(_folder)))[1];
        Assert.Equal(101, Number(start, 2));
        Assert.Equal(1, Number(One(start, 7), 1)); // SessionLog.START
    }

    [Fact]
    public void Two_writers_in_one_folder_write_two_files()
    {
        using (new TensorBoardWriter(_folder))
        using (new TensorBoardWriter(_folder))
            Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused()
    {
        var path = Path.Combine(_folder, "x");
        File.WriteAllText(path, "");
        Assert.Throws<UsageException>(() => new TensorBoardWriter(path));
    }

    static List<byte[]> Records(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BitConverter.ToUInt64(bytes, at);
            Assert.Equal(Masked(bytes[at..(at + 8)]), BitConverter.ToUInt32(bytes, at + 8));
            var data = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BitConverter.ToUInt32(bytes, at + 12 + length));
            records.Add(data);
            at += 16 + length;
        }
        return records;
    }

    /// <summary>The bytes of the one field of that number.</summary>
    static byte[] One(byte[] message, int field) => Fields(message).Single(f => f.Field == field).Value;

    static long Number(byte[] message, int field) => (long)Varint(One(message, field), 0).Value;

    static List<(int Field, byte[] Value)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            (var key, at) = Varint(message, at);
            int end;
            switch (key & 7)
            {
                case 0: end = Varint(message, at).Next; break;
                case 1: end = at + 8; break;
                case 5: end = at + 4; break;
                default:
                    Assert.Equal(2UL, key & 7);
                    (var length, at) = Varint(message, at);
                    end = at + (int)length;
                    break;
            }
            fields.Add(((int)(key >> 3), message[at..end]));
            at = end;
        }
        return fields;
    }

    static (ulong Value, int Next) Varint(byte[] bytes, int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(bytes[at] & 0x7F) << shift;
            if (bytes[at++] < 0x80) return (value, at);
        }
    }

    static uint Masked(byte[] bytes)
    {
        var crc = Crc32C(bytes);
        return (crc >> 15 | crc << 17) + 0xA282EAD8;
    }

    static uint Crc32C(byte[] bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }
}
