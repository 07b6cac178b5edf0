using System.Globalization;
using System.Text;
using Likely.Data;

namespace Likely.Cli;

/// <summary>
/// Codes as TensorBoard's projector reads them (tensorboard --logdir DIR, tab Projector): tensors.tsv, a code a line; metadata.tsv, each item's name and, where there are any, labels below a line that says which is which; of pictures
/// sprite.png, all items in rows of as many as make it square; and projector_config.pbtxt, which names them.
/// </summary>
sealed class ProjectorFolder
{
    const int LargestSprite = 8192; // pixels of a side that the projector takes
    const string Tensors = "tensors.tsv", Metadata = "metadata.tsv", Sprite = "sprite.png", Config = "projector_config.pbtxt";

    readonly string _folder;
    readonly Split _split;
    readonly IReadOnlyList<string> _names;
    readonly bool _hasPictures;

    /// <summary>Claims the files of a folder.</summary>
    /// <exception cref="UsageException">They may not be written, or the items are too many for one sprite.</exception>
    public ProjectorFolder(string folder, Outputs outputs, Dataset data, Split split)
    {
        (_folder, _split, _names) = (folder, split, data.ClassNames);
        _hasPictures = data.Modality == Modality.Image && Enumerable.Range(0, split.Count).All(i => split.SpaceOf(i).Extent == split.Space.Extent);
        if (_hasPictures && Most(split.Space.Width) * Most(split.Space.Height) is var most && (Columns > Most(split.Space.Width) || (split.Count + Columns - 1) / Columns > Most(split.Space.Height)))
            throw new UsageException($"{split.Count} pictures of {split.Space.Height} x {split.Space.Width} do not go into a sprite of {LargestSprite} pixels a side, which is all that the projector takes; choose fewer with --limit, at most about {most}");
        outputs.Claim(folder, [.. Files.Select(PathOf)]);
    }

    int Columns => (int)Math.Ceiling(Math.Sqrt(_split.Count));

    string[] Files => _hasPictures ? [Tensors, Metadata, Sprite, Config] : [Tensors, Metadata, Config];

    static int Most(int side) => LargestSprite / side;

    string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Writes all of them into a set.</summary>
    /// <param name="files">Gives them their names when all are there.</param>
    /// <param name="codes">[items, width], in pieces.</param>
    /// <param name="width">Numbers of a code.</param>
    /// <param name="name">What the codes are of.</param>
    /// <param name="cancellation">Stops it.</param>
    public void Write(OutputSet files, IEnumerable<float[]> codes, int width, string name, CancellationToken cancellation)
    {
        files.Write(PathOf(Tensors), stream =>
        {
            using var writer = Writer(stream);
            foreach (var piece in codes)
                for (var at = 0; at < piece.Length; at++)
                {
                    if (at % width == 0) cancellation.ThrowIfCancellationRequested();
                    writer.Write(piece[at].ToString("R", CultureInfo.InvariantCulture));
                    writer.Write((at + 1) % width == 0 ? '\n' : '\t');
                }
        });
        files.Write(PathOf(Metadata), stream =>
        {
            using var writer = Writer(stream);
            if (_names.Count > 0) writer.Write("name\tlabel\n"); // one column has no line of its own
            for (var i = 0; i < _split.Count; i++)
                writer.Write($"{VisibleText.Line(_split.ItemName(i))}{(_names.Count == 0 ? "" : $"\t{VisibleText.Line(string.Join(", ", _split.Labels(i).Select(label => _names[label])))}")}\n");
        });
        if (_hasPictures) files.Write(PathOf(Sprite), stream =>
        {
            var cells = new byte[_split.Count][];
            var symbols = new int[_split.Space.Dimensions];
            for (var i = 0; i < cells.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                _split.Read(i, symbols);
                cells[i] = PictureSheet.Rgb(symbols, _split.Space);
            }
            ImageGrid.Arrange(cells, _split.Space.Height, _split.Space.Width, 3, Columns, scale: 1, gap: 0).Save(stream);
        });
        files.Write(PathOf(Config), stream =>
        {
            using var writer = Writer(stream);
            writer.Write($"embeddings {{\n  tensor_name: \"{name}\"\n  tensor_path: \"{Tensors}\"\n  metadata_path: \"{Metadata}\"\n");
            if (_hasPictures) writer.Write(string.Create(CultureInfo.InvariantCulture, $"  sprite {{\n    image_path: \"{Sprite}\"\n    single_image_dim: {_split.Space.Width}\n    single_image_dim: {_split.Space.Height}\n  }}\n"));
            writer.Write("}\n");
        });
    }

    static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), leaveOpen: true);
}
