namespace Likely.Tensors;

/// <summary>
/// What is modelled: an extent of positions, some symbols at each, every symbol one of an alphabet. A grey picture has one symbol a position, a
/// colour picture three; a vector of D variables, as a row of a table, is a row of D positions. Symbols lie position after position: symbol s of position p at
/// p x Symbols + s.
/// </summary>
/// <param name="Extent">Positions.</param>
/// <param name="Symbols">Symbols at one position.</param>
/// <param name="Alphabet">What each of them can be.</param>
public readonly record struct Space(Extent Extent, int Symbols, Alphabet Alphabet)
{
    /// <summary>No model is of more positions, but in one row: 8192 x 8192.</summary>
    public const int MostPositions = 1 << 26;

    /// <summary>No symbol has more values.</summary>
    public const int MostLevels = 1 << 16;

    /// <summary>No source has more symbols.</summary>
    public const int LongestSource = 1 << 14;

    /// <summary>Sequences of any length, one symbol a position: names side by side, such as text, or levels of a quantity in time, such as sound.</summary>
    /// <param name="length">Symbols of one example, or of a window of it.</param>
    /// <param name="levels">Values of a symbol.</param>
    /// <param name="scale">What they mean.</param>
    public static Space Sequence(int length, int levels, AlphabetScale scale = AlphabetScale.Categorical) =>
        new(new Extent(1, 1, length), 1, new Alphabet(levels, scale)) { IsInTime = scale == AlphabetScale.Ordinal };

    /// <summary>Pictures of one size: levels of brightness, 1 symbol a position if they are grey and 3 if they are coloured.</summary>
    public static Space Image(int height, int width, int channels, int levels) => new(new Extent(1, height, width), channels, new Alphabet(levels, AlphabetScale.Ordinal));

    /// <summary>Rows of a table: one symbol a column, each of an alphabet of its own.</summary>
    public static Space Table(IEnumerable<Alphabet> columns)
    {
        var alphabets = new ColumnAlphabets(columns);
        return new Space(new Extent(1, 1, alphabets.Count), 1, new Alphabet(alphabets.Largest, AlphabetScale.Ordinal)) { Columns = alphabets };
    }

    /// <summary>Of rows of a table what each column can be; <see cref="Alphabet"/> is then as large as the largest. Null: all symbols are of one alphabet.</summary>
    public ColumnAlphabets? Columns { get; init; }

    /// <summary>What the symbol at a dimension, its index within an example, can be.</summary>
    public Alphabet AlphabetAt(int dimension) => Columns is null ? Alphabet : Columns[dimension];

    /// <summary>False if there are no positions, sources of more than <see cref="LongestSource"/> symbols, more than <see cref="MostPositions"/> (in one row of one symbol each, <see cref="Extent.LongestSequence"/>), or not 1 to 3 symbols each of 2 to <see cref="MostLevels"/> levels.</summary>
    public bool IsPossible => Extent is { Frames: >= 1, Height: >= 1, Width: >= 1 } && Extent.Positions <= (Extent.Positions == Extent.Width && Symbols == 1 ? Extent.LongestSequence : MostPositions) && Symbols is >= 1 and <= 3 && Levels is >= 2 and <= MostLevels && (Columns is null || Columns.Count == Extent.Positions && Extent.Positions == Extent.Width && Symbols == 1 && Columns.Largest == Levels && Columns.Least >= 2) && Source is >= 0 and <= LongestSource;

    /// <summary>True of levels at moments in time, of which examples have any number; a picture of one row has a width.</summary>
    public bool IsInTime { get; init; }

    /// <summary>True of sequences, of symbols that are names or of levels in time: their length is that of each example, and a model's own is but the window it was trained on.</summary>
    public bool IsSequence => Columns is null && (IsInTime || Alphabet.Scale == AlphabetScale.Categorical) && Extent.Positions == Extent.Width && Symbols == 1;

    /// <summary>Of examples that are each given a sequence, the source: symbols of the longest; 0: they are given none.</summary>
    public int Source { get; init; }

    /// <summary>True of examples that are given what says nothing of a window of them, as the source of a pair; what lies beside levels in time is in time with each window.</summary>
    public bool IsGivenWhole => Source > 0 && !IsInTime;

    /// <summary>Values of a source's symbol: those of the alphabet, and of levels in time, beside which names stand, bytes.</summary>
    public int SourceLevels => IsInTime ? 256 : Levels;

    /// <summary>Rows of positions.</summary>
    public int Height { get => Extent.Height; init => Extent = Extent with { Height = value }; }

    /// <summary>Positions of a row.</summary>
    public int Width { get => Extent.Width; init => Extent = Extent with { Width = value }; }

    /// <summary>Values of one symbol.</summary>
    public int Levels { get => Alphabet.Size; init => Alphabet = Alphabet with { Size = value }; }

    /// <summary>Positions, for examples that lie in memory.</summary>
    /// <exception cref="OverflowException">There are more than an array can have.</exception>
    public int Positions => checked((int)Extent.Positions);

    /// <summary>Symbols of one example that lies in memory.</summary>
    /// <exception cref="OverflowException">There are more than an array can have.</exception>
    public int Dimensions => checked(Positions * Symbols);

    /// <summary>A symbol as a grey value 0..255 for display: round(255 symbol / (Levels - 1)).</summary>
    public byte ToDisplay(int symbol)
    {
        var steps = Levels - 1;
        return steps <= 0 ? (byte)0 : (byte)Math.Min(255, (symbol * 510L + steps) / (2L * steps));
    }

    public void Deconstruct(out int height, out int width, out int symbols, out int levels) => (height, width, symbols, levels) = (Height, Width, Symbols, Levels);

    public override string ToString() => Columns is not null ? $"{Columns.Count} columns of at most {Levels} values" : IsSequence ? $"{Extent.Width} symbols of {Levels}{(Source > 0 ? $", given {Source}" : "")}" : $"{Extent}, {(Symbols == 1 ? "1 channel" : $"{Symbols} channels")}, {Levels} levels";
}
