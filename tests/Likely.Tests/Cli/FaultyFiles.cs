using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Likely.Data;

namespace Likely.Tests.Cli;

/// <summary>Good and bad input files in the current directory.</summary>
static class FaultyFiles
{
    public static void Write()
    {
        Directory.CreateDirectory("empty");
        File.WriteAllText("text.txt", "no model and no data\n");
        File.WriteAllText("taken.png", "taken");
        File.WriteAllText("taken.csv", "taken");

        var pixels = new byte[28 * 28];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i * 7);
        Png.Write("picture.png", pixels, 28, 28, 1);
        Png.Write("small.png", pixels.AsSpan(0, 20 * 20), 20, 20, 1);
        Png.Write("mask.png", pixels, 28, 28, 1);
        var colors = new byte[28 * 28 * 3];
        for (var i = 0; i < colors.Length; i++) colors[i] = (byte)(i * 11);
        Png.Write("color.png", colors, 28, 28, 3);
        var png = File.ReadAllBytes("picture.png");
        File.WriteAllBytes("cut.png", png[..(png.Length / 2)]);
        Directory.CreateDirectory("cutfolder");
        File.Copy("cut.png", "cutfolder/a.png");
        Directory.CreateDirectory("uneven");
        File.Copy("picture.png", "uneven/a.png");
        File.Copy("small.png", "uneven/b.png");
        Directory.CreateDirectory("animals/cat");
        Directory.CreateDirectory("animals/dog");
        File.Copy("picture.png", "animals/cat/a.png");
        File.Copy("picture.png", "animals/dog/b.png");

        var tone = Data.Sound.WavFiles.Of(Data.Sound.WavFiles.Shorts(Data.Sound.WavFiles.Tone(2000, 300, 8000)));
        File.WriteAllBytes("tone.wav", tone);
        File.WriteAllBytes("cut.wav", tone[..(tone.Length / 2)]);
        File.WriteAllBytes("header.wav", tone[..30]);
        File.WriteAllBytes("silent.wav", tone[..40].Concat(new byte[4]).ToArray());
        File.WriteAllBytes("nochannel.wav", Data.Sound.WavFiles.Of([1, 2], channels: 0, align: 2));
        File.WriteAllBytes("fast.wav", Data.Sound.WavFiles.Of([1, 2], rate: int.MaxValue));
        File.WriteAllBytes("nan.wav", Data.Sound.WavFiles.Of([.. Enumerable.Repeat(float.NaN, 400).SelectMany(BitConverter.GetBytes)], bits: 32, kind: 3));
        Directory.CreateDirectory("rates");
        File.Copy("tone.wav", "rates/a.wav");
        File.WriteAllBytes("rates/b.wav", Data.Sound.WavFiles.Of(Data.Sound.WavFiles.Shorts(1, 2, 3), rate: 11_025));
        File.WriteAllBytes("notes.mid", "MThd"u8.ToArray());
        WriteIdx();
        WriteNpy();
        var model = File.ReadAllBytes("plain.likely");
        File.WriteAllBytes("cut.likely", model[..(model.Length - 100)]);
        File.WriteAllBytes("header.likely", [.. BitConverter.GetBytes(ulong.MaxValue / 2), .. model[8..]]);
        File.WriteAllBytes("stub.likely", model[..5]);
        File.WriteAllBytes("nothing.likely", []);
        // The same length, so that only the description is wrong.
        var latin = Encoding.Latin1.GetString(model);
        File.WriteAllBytes("foreign.likely", Encoding.Latin1.GetBytes(latin.Replace("gated-pixelcnn", "gated-pixelxxx")));
        File.WriteAllBytes("order.likely", Encoding.Latin1.GetBytes(latin.Replace("\\\"order_version\\\":0", "\\\"order_version\\\":7").Replace("\\u0022order_version\\u0022:0", "\\u0022order_version\\u0022:7")));
        File.WriteAllBytes("interrupted.resume", model[..(model.Length / 2)]);
        File.Copy("plain.likely", "other.resume");
        File.WriteAllText("waiting.resume", "an interrupted run");
    }

    static void WriteIdx()
    {
        byte[] header = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28];
        byte[] whole = [.. header, .. new byte[10 * 28 * 28]];
        File.WriteAllBytes("cut-images-idx3-ubyte", whole[..1000]);
        using (var file = File.Create("cut-images-idx3-ubyte.gz"))
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(whole);
            file.Write(packed.ToArray().AsSpan(0, (int)packed.Length / 2));
        }
        File.WriteAllBytes("magic-images-idx3-ubyte", [9, 9, 9, 9, .. whole[4..]]);
        var huge = (byte[])header.Clone();
        for (var i = 4; i < 16; i += 4) BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(i), int.MaxValue);
        File.WriteAllBytes("huge-images-idx3-ubyte", huge);
    }

    static void WriteNpy()
    {
        var values = new float[8 * 28 * 28];
        for (var i = 0; i < values.Length; i++) values[i] = i % 3 * 0.5f;
        var good = Npy("<f4", "(8, 28, 28)", values);
        File.WriteAllBytes("good.npy", good);
        values[4000] = float.NaN;
        File.WriteAllBytes("nan.npy", Npy("<f4", "(8, 28, 28)", values));
        File.WriteAllBytes("cut.npy", good[..(good.Length - 50)]);
        File.WriteAllBytes("magic.npy", [1, 2, 3, 4, .. good[4..]]);
        File.WriteAllBytes("huge.npy", Npy("<f4", "(999999999, 999999, 999999)", []));
        File.WriteAllBytes("complex.npy", Npy("<c8", "(8, 28, 28)", values));
    }

    static byte[] Npy(string type, string shape, float[] values)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        header = header.PadRight((10 + header.Length + 1 + 63) / 64 * 64 - 10 - 1) + "\n";
        var bytes = new byte[4 * values.Length];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header), .. bytes];
    }
}
