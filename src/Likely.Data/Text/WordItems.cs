using Likely.Tensors;

namespace Likely.Data;

/// <summary>Texts as rows of how often they have each word of a vocabulary. What is not zero is kept in memory; rows are made when they are read.</summary>
sealed class WordItems : SymbolItems
{
    const int Piece = 64; // texts that one scanner reads one after another

    readonly TextItems _texts;
    readonly (ushort[] Columns, float[] Values)[] _rows;

    /// <param name="texts">The texts, which this disposes of.</param>
    /// <param name="vocabulary">Which words are counted.</param>
    /// <param name="options">How words are made of a text, and numbers of words.</param>
    /// <param name="cancellation">Stops the counting.</param>
    /// <exception cref="DataException">if a text cannot be read</exception>
    public WordItems(TextItems texts, WordVocabulary vocabulary, DataOptions options, CancellationToken cancellation)
    {
        (_texts, Vocabulary, _rows) = (texts, vocabulary, new (ushort[], float[])[texts.Count]);
        OrderedWork.Run((texts.Count + Piece - 1) / Piece, piece =>
        {
            var scanner = new WordScanner(options.StopWords, options.Stem);
            var counts = new int[vocabulary.Count];
            List<ushort> columns = [];
            for (var i = piece * Piece; i < Math.Min(texts.Count, (piece + 1) * Piece); i++)
            {
                cancellation.ThrowIfCancellationRequested();
                texts.Words(i, scanner, word =>
                {
                    if (vocabulary.Columns.TryGetValue(word, out var column) && counts[column]++ == 0) columns.Add((ushort)column);
                }, cancellation);
                columns.Sort();
                _rows[i] = ([.. columns], Values(columns, counts, vocabulary, options.Counts));
                foreach (var column in columns) counts[column] = 0;
                columns.Clear();
            }
        }, cancellation);
    }

    /// <summary>The words that are counted.</summary>
    public WordVocabulary Vocabulary { get; }

    /// <summary>Texts that have none of the words.</summary>
    public int Empty => _rows.Count(row => row.Columns.Length == 0);

    public override int Count => _rows.Length;
    public override Space SpaceOf(int index) => new(new Extent(1, 1, Vocabulary.Count), 1, new Alphabet(0, AlphabetScale.Ordinal));
    public override int Label(int index) => _texts.Items.Label(index);
    public override IReadOnlyList<int> Labels(int index) => _texts.Items.Labels(index);
    public override string NameOf(int index) => _texts.Items.NameOf(index);
    public override double Place(int index) => _texts.Items.Place(index);
    public override UInt128? Hash(int index) => _texts.Items.Hash(index);
    public override IEnumerable<UInt128> Pieces(int index) => _texts.Items.Pieces(index);
    public override string Fingerprint() => _texts.Items.Fingerprint();
    private protected override void Close() => _texts.Items.Dispose();

    public override void ReadValues(int index, int first, Span<float> values)
    {
        values.Clear();
        var (columns, numbers) = _rows[index];
        for (var i = 0; i < columns.Length; i++)
            if ((uint)(columns[i] - first) < (uint)values.Length) values[columns[i] - first] = numbers[i];
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default) => throw NoSymbols();

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) => throw NoSymbols();

    static DataException NoSymbols() => new("Bags of words are rows of numbers, and no symbols.");

    // The numbers of the columns, ascending; sums are made in that order.
    static float[] Values(List<ushort> columns, int[] counts, WordVocabulary vocabulary, CountRule rule)
    {
        var values = new double[columns.Count];
        var squares = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var n = counts[columns[i]];
            values[i] = rule switch
            {
                CountRule.Raw => n,
                CountRule.Binary => 1,
                CountRule.Log => ExactMath.Log1p(n),
                _ => (1 + ExactMath.Log(n)) * ExactMath.Log((double)vocabulary.Texts / vocabulary.TextsWith[columns[i]]),
            };
            squares += values[i] * values[i];
        }
        // A text whose every word is in all texts stays a row of zeros.
        var divisor = rule == CountRule.Tfidf && squares > 0 ? Math.Sqrt(squares) : 1;
        return Array.ConvertAll(values, value => (float)(value / divisor));
    }
}
