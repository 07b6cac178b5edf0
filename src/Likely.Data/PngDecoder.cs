using System.Buffers.Binary;
using System.IO.Compression;

namespace Likely.Data;

/// <summary>
/// Takes one PNG file apart: chunks, inflation, the inverse filters, the seven passes of Adam7 interlacing, samples to bytes.
/// Everything that a file claims is checked against the limits of deflate before memory is taken for it.
/// </summary>
sealed class PngDecoder
{
    const int BestDeflateRatio = 1032; // deflate cannot do better than 258 bytes in 2 bits
    const byte Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    readonly string _name;
    readonly SampleRule _rule;
    readonly int _width, _height, _depth, _samples;
    readonly byte _color;
    readonly bool _interlaced;
    readonly byte[] _palette = [], _transparency = [];
    readonly MemoryStream _packed = new();
    int _largest;
    CancellationToken _cancellation;

    public PngDecoder(ReadOnlySpan<byte> file, string name, SampleRule rule = default)
    {
        (_name, _rule) = (name, rule);
        (_height, _width, _depth, _color, _interlaced) = ParseHeader(file, name);
        _samples = _color switch { Rgb => 3, GreyAlpha => 2, RgbAlpha => 4, _ => 1 };
        for (var at = Png.Signature.Length + 25; ;)
        {
            if (at + 12 > file.Length) throw Damaged("ends early");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12) throw Damaged("ends early");
            ReadOnlySpan<byte> kind = file.Slice(at + 4, 4), data = file.Slice(at + 8, (int)length);
            at += 12 + (int)length;
            var critical = (kind[0] & 0x20) == 0;
            if ((critical || kind.SequenceEqual("tRNS"u8)) && BinaryPrimitives.ReadUInt32BigEndian(file[(at - 4)..]) != Crc32.Of(kind, data))
                throw Damaged("has a wrong check sum");
            if (kind.SequenceEqual("IEND"u8))
            {
                HasMore |= at < file.Length;
                Length = at;
                break;
            }
            HasFrames |= IsAnimation(kind, data);
            HasMore |= kind.SequenceEqual("acTL"u8);
            HasNotes |= !critical && !kind.SequenceEqual("tRNS"u8);
            if (kind.SequenceEqual("IDAT"u8)) _packed.Write(data);
            else if (kind.SequenceEqual("tRNS"u8)) _transparency = data.ToArray();
            else if (kind.SequenceEqual("PLTE"u8))
                _palette = data.Length is >= 3 and <= 768 && data.Length % 3 == 0 ? data.ToArray() : throw Damaged("has a palette of a wrong length");
            else if (critical) throw Damaged("has a chunk of an unknown kind");
        }
        if (_color == Palette && _palette.Length == 0) throw Damaged("has no palette");
    }

    /// <summary>True if the file holds more pictures than one, or bytes after its end.</summary>
    public bool HasMore { get; }

    /// <summary>True if the file holds an animation of several frames.</summary>
    public bool HasFrames { get; }

    /// <summary>Bytes of the picture, to its end mark.</summary>
    public int Length { get; }

    /// <summary>True if the file holds what is not pixels: texts, times, colour profiles.</summary>
    public bool HasNotes { get; }

    /// <summary>Reads the size and kind from the first bytes of a file.</summary>
    public static (int Height, int Width, int Depth, byte Color, bool Interlaced) ParseHeader(ReadOnlySpan<byte> file, string name)
    {
        var start = Png.Signature.Length;
        if (!file.StartsWith(Png.Signature)) throw new DataException($"'{name}' is not a PNG picture: it does not start with the PNG signature.");
        if (file.Length < start + 25 || !file.Slice(start, 8).SequenceEqual("\0\0\0\rIHDR"u8))
            throw new DataException($"The PNG picture '{name}' is damaged: it ends early or does not start with its header; fetch it again.");
        var header = file.Slice(start + 8, 13);
        if (BinaryPrimitives.ReadUInt32BigEndian(file[(start + 21)..]) != Crc32.Of("IHDR"u8, header))
            throw new DataException($"The PNG picture '{name}' is damaged: its header has a wrong check sum; fetch it again.");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        int depth = header[8], channels = header[9] is Rgb or Palette or RgbAlpha ? 3 : 1;
        var known = header[9] switch
        {
            Grey => depth is 1 or 2 or 4 or 8 or 16,
            Palette => depth is 1 or 2 or 4 or 8,
            Rgb or GreyAlpha or RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!known || header[10] != 0 || header[11] != 0 || header[12] > 1)
            throw new DataException($"The PNG picture '{name}' is damaged: its header names an unknown kind of pixels; fetch it again.");
        Image.RequireSize(height, width, channels, name);
        return ((int)height, (int)width, depth, header[9], header[12] == 1);
    }

    /// <summary>Where a picture ends in a file that may go on behind it; the file's own end if it has no end mark.</summary>
    public static long EndOf(Stream file)
    {
        Span<byte> chunk = stackalloc byte[8];
        for (long at = Png.Signature.Length; ;)
        {
            file.Position = at;
            if (file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) < chunk.Length) return file.Length;
            at += 12 + (long)BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].SequenceEqual("IEND"u8)) return Math.Min(at, file.Length);
        }
    }

    /// <summary>Whether a file holds an animation of several frames: a chunk before the pixels says so.</summary>
    public static bool IsAnimated(Stream file)
    {
        Span<byte> chunk = stackalloc byte[12];
        for (var at = (long)Png.Signature.Length; at + 12 <= file.Length; at += 12 + BinaryPrimitives.ReadUInt32BigEndian(chunk))
        {
            file.Position = at;
            if (file.ReadAtLeast(chunk, 12, throwOnEndOfStream: false) < 12 || chunk[4..8].SequenceEqual("IDAT"u8)) return false;
            if (IsAnimation(chunk[4..8], chunk[8..])) return true;
        }
        return false;
    }

    static bool IsAnimation(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data) =>
        kind.SequenceEqual("acTL"u8) && data.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(data) > 1;

    public static int ChannelsOf(byte color) => color is Rgb or Palette or RgbAlpha ? 3 : 1;

    /// <summary>Bits of a sample.</summary>
    public int Depth => _depth;

    public Image Decode(CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        var target = new byte[Checked()];
        try
        {
            _packed.Position = 0;
            using var data = new ZLibStream(_packed, CompressionMode.Decompress, leaveOpen: true);
            if (!_interlaced) DecodePass(data, target, 0, 0, 1, 1);
            else
            {
                DecodePass(data, target, 0, 0, 8, 8);
                DecodePass(data, target, 0, 4, 8, 8);
                DecodePass(data, target, 4, 0, 8, 4);
                DecodePass(data, target, 0, 2, 4, 4);
                DecodePass(data, target, 2, 0, 4, 2);
                DecodePass(data, target, 0, 1, 2, 2);
                DecodePass(data, target, 1, 0, 2, 1);
            }
            data.ReadByte(); // reaches the end of the data, where zlib compares its own check sum
        }
        catch (Exception error) when (error is InvalidDataException or IOException) // zlib reports some damage as an input error
        {
            throw Damaged("cannot be unpacked", error);
        }
        return new Image(_height, _width, ChannelsOf(_color), target) { LargestSample = _depth == 16 ? _largest : null };
    }

    /// <summary>The number of bytes to return, once the packed data are long enough to hold the picture.</summary>
    int Checked()
    {
        var least = ((long)_width * _samples * _depth + 7) / 8 * _height;
        if (!_interlaced && least > _packed.Length * BestDeflateRatio + 1024 || _interlaced && least / 2 > _packed.Length * BestDeflateRatio + 1024)
            throw Damaged("ends early");
        return _height * _width * ChannelsOf(_color);
    }

    void DecodePass(Stream data, byte[] target, int top, int left, int rowStep, int columnStep)
    {
        int rows = (_height - top + rowStep - 1) / rowStep, columns = (_width - left + columnStep - 1) / columnStep;
        if (rows <= 0 || columns <= 0) return;
        var bits = _samples * _depth;
        var rowLength = (int)(((long)columns * bits + 7) / 8);
        var pixelLength = Math.Max(1, bits / 8);
        byte[] row = new byte[rowLength], above = new byte[rowLength];
        for (var i = 0; i < rows; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var filter = data.ReadByte();
            if (filter < 0 || data.ReadAtLeast(row, rowLength, throwOnEndOfStream: false) < rowLength) throw Damaged("ends early");
            if (filter > 4) throw Damaged("has an unknown filter");
            Unfilter((byte)filter, row, above, pixelLength);
            Place(row, target, ((long)top + (long)i * rowStep) * _width + left, columns, columnStep);
            (row, above) = (above, row);
        }
    }

    static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelLength)
    {
        above = above[..row.Length];
        for (var x = 0; x < Math.Min(pixelLength, row.Length); x++) row[x] += (byte)Png.Predict(filter, 0, above[x], 0);
        switch (filter)
        {
            case 1:
                for (var x = pixelLength; x < row.Length; x++) row[x] += row[x - pixelLength];
                break;
            case 2:
                for (var x = pixelLength; x < row.Length; x++) row[x] += above[x];
                break;
            case 3:
                for (var x = pixelLength; x < row.Length; x++) row[x] += (byte)((row[x - pixelLength] + above[x]) >> 1);
                break;
            case 4:
                for (var x = pixelLength; x < row.Length; x++) row[x] += (byte)Png.Paeth(row[x - pixelLength], above[x], above[x - pixelLength]);
                break;
        }
    }

    void Place(ReadOnlySpan<byte> row, Span<byte> target, long first, int columns, int columnStep)
    {
        var channels = ChannelsOf(_color);
        if (_depth == 8 && columnStep == 1 && _samples == channels && _color != Palette && _transparency.Length == 0)
        {
            row[..(columns * channels)].CopyTo(target[(int)(first * channels)..]);
            return;
        }
        for (var j = 0; j < columns; j++)
        {
            var pixel = target.Slice((int)((first + (long)j * columnStep) * channels), channels);
            if (_color == Palette)
            {
                var entry = Sample(row, j);
                if (3 * entry >= _palette.Length) throw Damaged("uses a colour that is not in its palette");
                _palette.AsSpan(3 * entry, 3).CopyTo(pixel);
                if (entry < _transparency.Length) Show(pixel, _transparency[entry], 255);
                continue;
            }
            var matches = _transparency.Length >= 2 * channels && _samples == channels;
            for (var c = 0; c < channels; c++)
            {
                var value = Sample(row, j * _samples + c);
                matches = matches && value == (_transparency[2 * c] << 8 | _transparency[2 * c + 1]);
                pixel[c] = _depth == 16 ? _rule.ToByte(value, _name) : (byte)(_depth switch { 8 => value, 4 => value * 17, 2 => value * 85, _ => value * 255 });
                _largest = Math.Max(_largest, value);
            }
            if (matches) Show(pixel, 0, 255);
            else if (_color is GreyAlpha or RgbAlpha) Show(pixel, Sample(row, j * _samples + channels), _depth == 8 ? 255 : 65535);
        }
    }

    // round((alpha pixel + (opaque - alpha) background) / opaque)
    void Show(Span<byte> pixel, int alpha, int opaque)
    {
        if (alpha == opaque) return;
        if (_rule.Background is not { } background)
            throw new DataException($"'{_name}' has transparent pixels; set background=white, black or a grey from 0 to 255, or save it without an alpha channel.");
        foreach (ref var value in pixel) value = (byte)((alpha * value + (opaque - alpha) * background + opaque / 2) / opaque);
    }

    int Sample(ReadOnlySpan<byte> row, int index) => _depth switch
    {
        8 => row[index],
        16 => row[2 * index] << 8 | row[2 * index + 1],
        _ => row[index * _depth / 8] >> (8 - _depth - index * _depth % 8) & (1 << _depth) - 1,
    };

    DataException Damaged(string how, Exception? inner = null) => new($"The PNG picture '{_name}' is damaged: it {how}; fetch it again.", inner);
}
