using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Headers that numpy reads are read: any quotes, order of keys, spaces, byte order and order of dimensions.</summary>
public sealed class NpyHeaderTests
{
    static byte[] File(string header, byte[] content, int version = 1)
    {
        var text = version == 3 ? Encoding.UTF8.GetBytes(header) : Encoding.Latin1.GetBytes(header);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. content];
    }

    static byte[] Pixels(byte[] file, DataOptions? options = null)
    {
        using var samples = new Samples();
        using var data = Dataset.Open(samples.File("a.npy", file), (options ?? DataOptions.Default) with { Validation = 0 });
        var all = new byte[data.All.Count][];
        for (var i = 0; i < all.Length; i++) data.All.Read(i, all[i] = new byte[data.Space.Dimensions]);
        return [.. all.SelectMany(item => item)];
    }

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }          \n")]
    [InlineData("{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2,2,2)}")]
    [InlineData("{'shape': (2, 2, 2), 'fortran_order': False, 'descr': '|u1'}")]
    [InlineData("{ 'descr' : \"u1\" , 'shape' : ( 2 , 2 , 2 , ) , 'fortran_order' : False , }")]
    [InlineData("\n{'descr': '<u1',\n 'fortran_order': False,\n\t'shape': (2L, 2L, 2L)}\n")]
    [InlineData("{'descr': u'uint8', 'fortran_order': False, 'shape': ((2), 0_2, +2)}")]
    [InlineData("{'descr': 'B', 'fortran_order': False, 'shape': (2, 2, 2)}")]
    public void Every_way_to_write_a_header_is_one_header(string header)
    {
        for (var version = 1; version <= 3; version++)
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Pixels(File(header, [1, 2, 3, 4, 5, 6, 7, 8], version)));
    }

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), 'more': 1}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 2, 2)}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (8)}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, -2, 2)}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2)} {}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2)", "damaged")]
    [InlineData("{'descr': '|u1' 'fortran_order': False, 'shape': (2, 2, 2)}", "damaged")]
    [InlineData("['descr', '|u1']", "damaged")]
    [InlineData("((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 2, 2)}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 9999999999, 9)}", "damaged")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 2, 2)}", "is empty")]
    [InlineData("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2,)}", "several fields")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2, 2)}", "'|O'")]
    [InlineData("{'descr': '<U4', 'fortran_order': False, 'shape': (2, 2, 2)}", "'<U4'")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (2, 2, 2)}", "8 to 64 bits")]
    public void What_numpy_does_not_read_as_numbers_is_refused(string header, string words) =>
        Assert.Contains(words, Assert.Throws<DataException>(() => Pixels(File(header, new byte[8]))).Message);

    [Fact]
    public void Every_type_in_both_byte_orders_gives_the_same_pixels()
    {
        (string Type, Func<int, byte[]> Bytes)[] types =
        [
            ("i2", v => BitConverter.GetBytes((short)v)), ("i4", BitConverter.GetBytes), ("u4", v => BitConverter.GetBytes((uint)v)),
            ("i8", v => BitConverter.GetBytes((long)v)), ("u8", v => BitConverter.GetBytes((ulong)v)),
            ("f2", v => BitConverter.GetBytes((Half)v)), ("f4", v => BitConverter.GetBytes((float)v)), ("f8", v => BitConverter.GetBytes((double)v)),
        ];
        foreach (var (type, bytes) in types)
            foreach (var order in (string[])["<", ">", "="])
            {
                byte[] content = [.. ((int[])[0, 7, 200, 255]).SelectMany(v => order == ">" ? [.. bytes(v).Reverse()] : bytes(v))];
                Assert.Equal([0, 7, 200, 255], Pixels(Samples.Npy(order + type, "1, 2, 2", content)));
            }
        // uint16 and int8 do not say which values are black and white.
        Assert.Equal([0, 7, 200, 255], Pixels(Samples.Npy(">u2", "1, 2, 2", [0, 0, 0, 7, 0, 200, 0, 255]), new DataOptions { Range = (0, 255) }));
        Assert.Equal([0, 128, 255, 1], Pixels(Samples.Npy("|i1", "1, 2, 2", [0x80, 0, 0x7F, 0x81]), new DataOptions { Range = (-128, 127) }));
    }

    [Fact]
    public void Fortran_order_gives_the_same_pictures()
    {
        // numpy.arange(24, dtype=numpy.uint8).reshape(2, 3, 4) + 100, as numpy.save writes its asfortranarray.
        byte[] fortran = [100, 112, 104, 116, 108, 120, 101, 113, 105, 117, 109, 121, 102, 114, 106, 118, 110, 122, 103, 115, 107, 119, 111, 123];
        Assert.Equal(Enumerable.Range(100, 24).Select(v => (byte)v), Pixels(Samples.Npy("|u1", "2, 3, 4", fortran, order: "True")));
        byte[] wide = [.. fortran.SelectMany(v => (byte[])[v, 0])];
        Assert.Equal(Enumerable.Range(100, 24).Select(v => (byte)v), Pixels(Samples.Npy("<u2", "2, 3, 4", wide, order: "True"), new DataOptions { Range = (0, 255) }));
        // Where one dimension alone is longer than 1, the order is no other.
        Assert.Equal([9, 8, 7], Pixels(Samples.Npy("|u1", "1, 1, 3", [9, 8, 7], order: "True")));
    }

    // What numpy 1.24 wrote: numpy.save of numpy.array([[[0, 1.5], [-2, 6]]], dtype='>f2', order='F').
    [Fact]
    public void A_file_that_numpy_wrote_is_read()
    {
        var file = Convert.FromBase64String("k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMSwgMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMAAPgBGAA==");
        var header = Npy.Parse(file, "numpy");
        Assert.Equal((ArrayElement.Float16, true, true, 128), (header.Element, header.BigEndian, header.FortranOrder, header.HeaderLength));
        Assert.Equal([1L, 2, 2], header.Shape);
        Assert.Equal(file.Length, header.FileLength);
        Assert.Equal([64, 112, 0, 255], Pixels(file, new DataOptions { Range = (-2, 6) }));
    }
}
