using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// CIFAR files: records of a label byte (two in CIFAR-100) and three planes R, G, B of 32 x 32 (Krizhevsky 2009).
/// </summary>
sealed class CifarSource : ItemSource
{
    const int Side = 32, Pixels = Side * Side;

    static readonly string[] TenNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    static readonly string[] HundredNames =
    [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
        "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo",
        "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree",
        "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper",
        "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe",
        "whale", "willow_tree", "wolf", "woman", "worm",
    ];

    readonly ByteStore _bytes;
    readonly int _gap;
    readonly byte[] _labels;
    readonly string _kind;

    CifarSource(ByteStore bytes, string kind, int gap, byte[] labels, IReadOnlyList<string> names) => (_bytes, _kind, _gap, _labels, ClassNames) = (bytes, kind, gap, labels, names);

    public override int Count => _labels.Length;
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => $"{_kind} '{_bytes.Path}', {Count} items";
    public override Space SpaceOf(int index) => Space.Image(Side, Side, 3, 256);
    public override int Label(int index) => _labels[index];
    public override string ItemName(int index) => $"{Path.GetFileName(_bytes.Path)}[{index}]";
    public override void Dispose() => _bytes.Dispose();

    public override void Read(int index, Span<byte> pixels)
    {
        Span<byte> planes = stackalloc byte[3 * Pixels];
        _bytes.Read((long)index * (_gap + planes.Length) + _gap, planes);
        for (var i = 0; i < Pixels; i++)
            for (var c = 0; c < 3; c++) pixels[3 * i + c] = planes[c * Pixels + i];
    }

    /// <summary>A CIFAR-10 binary file, or one of CIFAR-100: a coarse label, which is left out, and a fine one before each picture.</summary>
    /// <exception cref="DataException">if it is neither, or could be both</exception>
    public static CifarSource Open(string path)
    {
        var bytes = ByteStore.Open(path);
        try
        {
            var hundred = IsHundred(bytes);
            var (kind, names, gap) = hundred ? ("CIFAR-100", HundredNames, 2) : ("CIFAR-10", TenNames, 1);
            var record = gap + 3 * Pixels;
            if (bytes.Length == 0 || bytes.Length % record != 0 || bytes.Length / record > int.MaxValue)
                throw new DataException($"'{path}' has {bytes.Length} bytes, not a whole number of {kind} records of {record}; fetch it again.");
            var labels = new byte[bytes.Length / record];
            for (var i = 0; i < labels.Length; i++)
            {
                bytes.Read((long)i * record + gap - 1, labels.AsSpan(i, 1));
                if (labels[i] >= names.Length) throw new DataException($"'{path}' is not a {kind} file: record {i} has label {labels[i]}, but labels are 0 to {names.Length - 1}.");
            }
            return new CifarSource(bytes, $"{kind} file", gap, labels, names);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    // Where the length fits both, labels decide, which other bytes are hardly ever; then the name; nothing is guessed.
    static bool IsHundred(ByteStore bytes)
    {
        const int Ten = 1 + 3 * Pixels, Hundred = 2 + 3 * Pixels;
        var (fitsTen, fitsHundred) = (bytes.Length % Ten == 0, bytes.Length % Hundred == 0);
        if (!fitsTen || !fitsHundred || bytes.Length == 0) return fitsHundred && bytes.Length > 0;
        (fitsTen, fitsHundred) = (AreLabels(Ten, [10]), AreLabels(Hundred, [20, 100]));
        if (fitsTen != fitsHundred) return fitsHundred;
        var name = Path.GetFullPath(bytes.Path).Split(Path.DirectorySeparatorChar)[^2..];
        if (Array.Exists(name, IsCalledHundred)) return true;
        if (Array.Exists(name, part => part.Contains("cifar", StringComparison.OrdinalIgnoreCase) && part.Contains("10", StringComparison.Ordinal))) return false;
        throw new DataException($"'{bytes.Path}' could be a CIFAR-10 or a CIFAR-100 file, by its length and its labels; put cifar-10 or cifar-100 into its name.");

        static bool IsCalledHundred(string part) => part.Contains("cifar", StringComparison.OrdinalIgnoreCase) && part.Contains("100", StringComparison.Ordinal);

        bool AreLabels(int record, ReadOnlySpan<byte> below)
        {
            Span<byte> labels = stackalloc byte[below.Length];
            for (var at = 0L; at < bytes.Length; at += record)
            {
                bytes.Read(at, labels);
                for (var i = 0; i < below.Length; i++)
                    if (labels[i] >= below[i]) return false;
            }
            return true;
        }
    }
}
