using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// What a file is: its first bytes say, and only where no format has a signature (CIFAR) or none fits does the name decide.
/// </summary>
/// <param name="Format">Which reader takes it, if one does.</param>
/// <param name="Words">For people: "a PNG picture".</param>
/// <param name="Advice">What to do where pictures are wanted and these are none; empty if nothing helps.</param>
/// <param name="Content">Of a gzip file: what is packed in it.</param>
public sealed record FileKind(FileFormat Format, string Words, string Advice = "", FileKind? Content = null)
{
    /// <summary>As many first bytes as any format needs.</summary>
    public const int HeadLength = 512;

    static readonly FileKind PlainText = new(FileFormat.Text, "text"), UnknownBytes = new(FileFormat.Unknown, "bytes of no kind that is known here"), Wav = new(FileFormat.Wav, "WAV sound");

    const int Cifar10Record = 3073, Cifar100Record = 3074;
    const string Unpack = "unpack it first", SaveArray = "load it in Python and save the array of pictures with numpy.save, as .npy";

    /// <summary>What takes it apart in ffmpeg, the only thing that may; null if ffmpeg is not for it.</summary>
    internal string? Demuxer { get; init; }

    /// <summary>What takes its sound apart in ffmpeg, the only thing that may; null if it is read here, or not at all.</summary>
    internal string? SoundDemuxer { get; init; }

    /// <summary>What decodes it in ffmpeg, where that does not follow.</summary>
    internal string? Decoder { get; init; }

    /// <summary>Whether it is a tar archive.</summary>
    internal bool IsTar { get; init; }

    /// <summary>Whether it is SGML of Reuters-21578, see <see cref="StoryItems"/>.</summary>
    internal bool IsStories { get; init; }

    /// <summary>What will be read: the content of a packed file, else the file.</summary>
    public FileKind Unpacked => Content ?? this;

    /// <summary>Looks into a file.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public static FileKind Of(string path)
    {
        try
        {
            // Without a stream and its buffer, as a folder may have a million files.
            using var file = RegularFile.OpenHandle(path);
            Span<byte> head = stackalloc byte[HeadLength];
            int count = 0, read;
            while ((read = RandomAccess.Read(file, head[count..], count)) > 0) count += read;
            var kind = Of(head[..count], Math.Max(RandomAccess.GetLength(file), count), Path.GetFileName(path)); // a file may hold more than the system claims
            if (kind.Format != FileFormat.Gzip) return kind;
            using var stream = RegularFile.OpenRead(path);
            return OfGzip(stream, Path.GetFileName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The kind from the first <see cref="HeadLength"/> bytes, the length and the name.</summary>
    public static FileKind Of(ReadOnlySpan<byte> head, long length, string name)
    {
        if (length == 0) return new(FileFormat.Empty, "an empty file", "fetch it again");
        return OfRecords(head, length, name) ?? OfPixels(head) ?? OfContainer(head) ?? OfMedia(head, name) ?? OfTarga(head, name) ?? OfText(head)
            ?? UnknownBytes;
    }

    /// <summary>Whether it is sound that nothing here reads.</summary>
    internal bool IsUnreadSound => Format == FileFormat.Sound && SoundDemuxer is null;

    /// <summary>Whether it is text, packed or not, and none that stands in place of something else.</summary>
    internal static bool IsPlainText(FileKind kind) => kind.Unpacked is { Format: FileFormat.Text, Advice: "" };

    /// <summary>Whether it is sound that can be read, packed or not; what is of another format not packed.</summary>
    internal static bool IsSound(FileKind kind) => kind.Unpacked.Format == FileFormat.Wav || kind.SoundDemuxer is not null;

    public override string ToString() => Format is FileFormat.Picture or FileFormat.Video || SoundDemuxer is not null ? $"{Words} (read through ffmpeg)" : Words;

    /// <summary>A sentence for who wanted pictures, or sound that is none that is read.</summary>
    public DataException Refusal(string path) =>
        new(Format == FileFormat.Empty ? $"'{path}' is {Words}; {Advice}." : $"'{path}' is {Words}, which {(IsUnreadSound ? "is not read" : "cannot be read as pictures")}{(Advice.Length > 0 ? $"; {Advice}" : "")}.");

    static FileKind OfGzip(Stream file, string name)
    {
        const string words = "a gzip file";
        try
        {
            using var stream = new GZipStream(file, CompressionMode.Decompress);
            var bare = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
            var head = Head(stream);
            // The length is not known without unpacking, so that a record of CIFAR must be believed on its name.
            var content = Of(head, head.Length == 0 ? 0 : bare.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? Cifar10Record : head.Length, bare);
            var advice = content.Format is FileFormat.Png or FileFormat.Pnm or FileFormat.Picture or FileFormat.Video ? Unpack : content.Advice;
            return new(FileFormat.Gzip, $"{words} of {content.Words}", advice, content);
        }
        catch (InvalidDataException)
        {
            return new(FileFormat.Gzip, $"{words}, but a damaged one", "fetch it again");
        }
    }

    static byte[] Head(Stream file)
    {
        var head = new byte[HeadLength];
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    static FileKind? OfPixels(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => new(FileFormat.Png, "a PNG picture"),
        [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t' or (byte)'#', ..] => new(FileFormat.Pnm, "a PBM, PGM or PPM picture"),
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => new(FileFormat.Npy, "a NumPy array (.npy)"),
        [0, 0, 8 or 9 or (>= 11 and <= 14), >= 1 and <= 8, ..] => new(FileFormat.Idx, "IDX data, as MNIST comes in"),
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'L', (byte)'K', (byte)'A', 13, 10, 26, 10]) => new(FileFormat.Archive, "an archive of Likely", "decompress it first"),
        [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => new(FileFormat.Safetensors, "a safetensors file", "it holds tensors, such as a model's"),
        _ => null,
    };

    static FileKind? OfContainer(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\x3\x4"u8)) return OfZip(head);
        if (head is [0x1F, 0x8B, ..]) return new(FileFormat.Gzip, "a gzip file", Unpack);
        if (IsPickle(head)) return Other("a pickle of Python", $"{SaveArray} (of CIFAR, there is a binary version as well)");
        if (At(head, 257, "ustar"u8)) return Other("a tar archive", Unpack) with { IsTar = true };
        if (head.StartsWith("BZh"u8)) return Other("a bzip2 file", Unpack);
        if (head is [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..]) return Other("an xz file", Unpack);
        if (head is [0x28, 0xB5, 0x2F, 0xFD, ..]) return Other("a Zstandard file", Unpack);
        if (head is [(byte)'7', (byte)'z', 0xBC, 0xAF, ..]) return Other("a 7z archive", Unpack);
        if (head.StartsWith("Rar!"u8)) return Other("a rar archive", Unpack);
        if (head is [0x89, (byte)'H', (byte)'D', (byte)'F', ..]) return Other("an HDF5 file", "load it with h5py in Python and save the array of pictures with numpy.save, as .npy");
        if (head.StartsWith("MATLAB "u8)) return Other("a MATLAB file (.mat)", "load it with scipy.io.loadmat (h5py from version 7.3 on) in Python and save the array of pictures with numpy.save, as .npy");
        if (head.StartsWith("PAR1"u8)) return Other("a Parquet file", "save its pictures as files, or as one array with numpy.save");
        if (head.StartsWith("ARROW1"u8)) return Other("an Arrow file", "save its pictures as files, or as one array with numpy.save");
        if (head.StartsWith("SQLite format 3"u8)) return Other("an SQLite database");
        if (head.StartsWith("GGUF"u8)) return Other("a language model (GGUF)");
        if (head.StartsWith("%PDF"u8)) return Other("a PDF document", "export its pictures as PNG");
        if (At(head, 128, "DICM"u8)) return Other("a DICOM file", "export its pictures as PNG");
        if (head.StartsWith("SIMPLE  ="u8)) return Other("a FITS file", SaveArray);
        if (At(head, 344, "n+1"u8) || At(head, 344, "ni1"u8)) return Other("a NIfTI file", SaveArray);
        return null;

        static FileKind Other(string words, string advice = "") => new(FileFormat.Other, words, advice);
    }

    // An npz is a zip of .npy files; PyTorch's files are zips with a pickle inside.
    static FileKind OfZip(ReadOnlySpan<byte> head)
    {
        var length = head.Length < 30 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        var name = Encoding.Latin1.GetString(head[Math.Min(30, head.Length)..Math.Min(30 + length, head.Length)]);
        return name.EndsWith(".npy", StringComparison.Ordinal) ? new(FileFormat.Other, "an npz of NumPy arrays", "load it with numpy.load and save the array of pictures by itself with numpy.save, as .npy")
            : name.EndsWith("data.pkl", StringComparison.Ordinal) ? new(FileFormat.Other, "a file of PyTorch", "load it with torch.load and save the tensor of pictures with numpy.save, as .npy")
            : new(FileFormat.Other, "a zip archive", Unpack);
    }

    static bool IsPickle(ReadOnlySpan<byte> head) => head is [0x80, >= 2 and <= 5, ..] || head.StartsWith("(dp"u8) || head.StartsWith("(lp"u8) || head.StartsWith("cnumpy"u8) || head.StartsWith("ccopy_reg"u8);

    static FileKind? OfMedia(ReadOnlySpan<byte> head, string name)
    {
        if (head is [0xFF, 0xD8, 0xFF, ..]) return Picture("a JPEG picture", "jpeg_pipe");
        if (head.StartsWith("GIF8"u8)) return Picture("a GIF picture", "gif");
        if (head.Length > 13 && head.StartsWith("BM"u8) && BinaryPrimitives.ReadUInt32LittleEndian(head[6..]) == 0) return Picture("a BMP picture", "bmp_pipe");
        if (head is [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..]) return Picture("a TIFF picture", "tiff_pipe");
        if (head is [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..]) return Picture("a JPEG XL picture", "jpegxl_pipe");
        if (head is [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..]) return Picture("a JPEG 2000 picture", "j2k_pipe");
        if (head.StartsWith("8BPS"u8)) return Picture("a Photoshop picture", "psd_pipe");
        if (head.StartsWith("qoif"u8)) return Picture("a QOI picture", "qoi_pipe");
        if (head is [0x76, 0x2F, 0x31, 0x01, ..]) return Picture("an OpenEXR picture", "exr_pipe");
        if (head is [(byte)'P', (byte)'7', (byte)'\n', ..]) return Picture("a PAM picture", "pam_pipe");
        if (head is [(byte)'P', (byte)'f' or (byte)'F', (byte)'\n', ..]) return Picture("a PFM picture", "pfm_pipe");
        if (head.StartsWith("DDS "u8)) return Picture("a DDS picture", "dds_pipe");
        if (head.StartsWith("SDPX"u8) || head.StartsWith("XPDS"u8)) return Picture("a DPX picture", "dpx_pipe");
        if (head is [0x59, 0xA6, 0x6A, 0x95, ..]) return Picture("a Sun raster picture", "sunrast_pipe");
        if (head is [0x01, 0xDA, 0 or 1, 1 or 2, ..]) return Picture("an SGI picture", "sgi_pipe");
        if (head is [0x0A, 0 or 2 or 3 or 4 or 5, 1, 1 or 2 or 4 or 8, ..]) return Picture("a PCX picture", "pcx_pipe");
        if (head.StartsWith("RIFF"u8))
            return At(head, 8, "WEBP"u8) ? Picture("a WebP picture", "webp_pipe") : At(head, 8, "AVI "u8) ? Video("an AVI video", "avi") : At(head, 8, "WAVE"u8) ? OfWav(head)
                : head.Length < 12 && name.EndsWith(".wav", StringComparison.OrdinalIgnoreCase) ? Wav : new(FileFormat.Other, "a RIFF file"); // its reader says that it is cut short
        if (head.StartsWith("RIFX"u8) && At(head, 8, "WAVE"u8)) return new(FileFormat.Sound, "WAV sound whose numbers are big-endian (RIFX)", "convert it, such as by: ffmpeg -i IN.wav OUT.wav");
        if (head.StartsWith("RF64"u8) && At(head, 8, "WAVE"u8)) return OfWav(head);
        if (At(head, 4, "ftyp"u8))
            return At(head, 8, "avif"u8) || At(head, 8, "avis"u8) ? Picture("an AVIF picture", "mov") : At(head, 8, "hei"u8) || At(head, 8, "mif1"u8) ? Picture("an HEIC picture", "mov")
                : At(head, 8, "M4A"u8) ? Sound("MPEG-4 sound", "mov") : Video("an MPEG-4 or QuickTime video", "mov");
        if (head is [0x1A, 0x45, 0xDF, 0xA3, ..]) return Video("a Matroska or WebM video", "matroska");
        if (head is [0, 0, 1, 0xBA, ..]) return Video("an MPEG video", "mpeg");
        if (head is [0, 0, 1, 0xB3, ..]) return Video("an MPEG video", "mpegvideo");
        if (head.StartsWith("YUV4MPEG2"u8)) return Video("a YUV4MPEG video", "yuv4mpegpipe");
        if (head.StartsWith("FLV\x1"u8)) return Video("a Flash video", "flv");
        if (head is [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..]) return Video("a Windows Media video", "asf");
        if (head is [0x47, ..] && At(head, 188, "G"u8) && At(head, 376, "G"u8)) return Video("an MPEG transport stream", "mpegts");
        if (head.StartsWith("ID3"u8) || head is [0xFF, 0xFB or 0xF3 or 0xF2, ..]) return Sound("MP3 sound", "mp3");
        if (head.StartsWith("fLaC"u8)) return Sound("FLAC sound", "flac");
        if (head.StartsWith("OggS"u8)) return Sound("Ogg sound", "ogg");
        if (head.StartsWith("MThd"u8)) return new(FileFormat.Sound, "MIDI music", "play it into a WAV file, such as by fluidsynth");
        if (head.StartsWith("FORM"u8) && (At(head, 8, "AIFF"u8) || At(head, 8, "AIFC"u8))) return Sound("AIFF sound", "aiff");
        if (head.StartsWith("wvpk"u8)) return Sound("WavPack sound", "wv");
        if (head.StartsWith(".snd"u8)) return Sound("AU sound", "au");
        return null;

        static FileKind Video(string words, string demuxer) => new(FileFormat.Video, words) { Demuxer = demuxer };
        static FileKind Sound(string words, string demuxer) => new(FileFormat.Sound, words) { SoundDemuxer = demuxer };
        static FileKind OfWav(ReadOnlySpan<byte> head) => WavHeader.IsCoded(head) ? Sound("WAV sound in a code", "wav") : Wav;
    }

    static FileKind Picture(string words, string demuxer, string? decoder = null) => new(FileFormat.Picture, words) { Demuxer = demuxer, Decoder = decoder };

    // Targa has no signature either: its name and its header must agree.
    static FileKind? OfTarga(ReadOnlySpan<byte> head, string name) =>
        name.EndsWith(".tga", StringComparison.OrdinalIgnoreCase) && head is [_, 0 or 1, 1 or 2 or 3 or 9 or 10 or 11, _, _, _, _, _, _, _, _, _, _, _, _, _, 8 or 15 or 16 or 24 or 32, ..]
            ? Picture("a Targa picture", "image2pipe", "targa") : null;

    // CIFAR has no signature: records of one length, each with a small label first, which chance may bring about as well. So the name must agree.
    static FileKind? OfRecords(ReadOnlySpan<byte> head, long length, string name)
    {
        if (!name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && !name.Contains("batch", StringComparison.OrdinalIgnoreCase) && !name.Contains("cifar", StringComparison.OrdinalIgnoreCase)) return null;
        return length % Cifar10Record == 0 && head[0] <= 9 ? new(FileFormat.Cifar10, "a CIFAR-10 file")
            : length % Cifar100Record == 0 && head[0] <= 19 && head.Length > 1 && head[1] <= 99 ? new(FileFormat.Cifar100, "a CIFAR-100 file") : null;
    }

    static FileKind? OfText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("version https://git-lfs"u8)) return new(FileFormat.Text, "a pointer of Git LFS in place of the data", "fetch the data with: git lfs pull");
        if (head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || IsWide(head)) return new(FileFormat.Text, "text in UTF-16", "turn it into UTF-8 first, such as by: iconv -f UTF-16 -t UTF-8");
        var text = Encoding.UTF8.GetString(head);
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value < 32 && rune.Value is not (9 or 10 or 12 or 13)) return null;
        // The end of a head may cut a character.
        if (text.AsSpan(0, Math.Max(0, text.Length - (head.Length < HeadLength ? 0 : 4))).Contains('\uFFFD')) return null;
        var start = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.StartsWith("<!DOCTYPE lewis ", StringComparison.Ordinal)) return new(FileFormat.Text, "stories of Reuters-21578 in SGML") { IsStories = true };
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? new(FileFormat.Text, "a page of HTML, as failed downloads leave it", "fetch the data again") : PlainText;
    }

    // Without a mark: every other byte is mostly zero, and what is between them is letters.
    static bool IsWide(ReadOnlySpan<byte> head)
    {
        Span<int> zeros = stackalloc int[2];
        for (var i = 0; i < head.Length; i++)
            if (head[i] == 0) zeros[i & 1]++;
            else if (head[i] < 32 && head[i] is not (9 or 10 or 12 or 13)) return false;
        return head.Length >= 8 && Math.Min(zeros[0], zeros[1]) == 0 && 10 * Math.Max(zeros[0], zeros[1]) >= 9 * (head.Length / 2);
    }

    static bool At(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> signature) => head.Length >= offset && head[offset..].StartsWith(signature);
}
