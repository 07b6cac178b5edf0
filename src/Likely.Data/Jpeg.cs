using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// Whether a JPEG file (ITU-T T.81) is whole: decoders fill up what is missing with grey and do not say so. Segments are followed by their lengths
/// to the first scan, and from there markers to the end of the image; what comes behind it is of no interest.
/// </summary>
static class Jpeg
{
    const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static bool IsWhole(ReadOnlySpan<byte> file)
    {
        var at = 2;
        var inScan = false;
        while (at + 1 < file.Length)
        {
            // Within a scan, FF 00 stands for a byte FF, and D0 to D7 are restarts; before one, FF may be repeated.
            if (file[at] != 0xFF || file[at + 1] == 0xFF || inScan && file[at + 1] is 0 or (>= 0xD0 and <= 0xD7))
            {
                at++;
                continue;
            }
            var marker = file[at + 1];
            if (marker == EndOfImage) return true;
            inScan = marker == StartOfScan;
            if (at + 4 > file.Length) return false;
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        return false;
    }
}
