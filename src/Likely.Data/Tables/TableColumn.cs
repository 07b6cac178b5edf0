using System.Text.Json.Nodes;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// A column of a table, and what its cells are as symbols: 0 is a missing value, 1 what is none of the column's (a name that was not seen, a text among numbers, a number far beyond all that were seen or between two steps); then names,
/// or numbers that occur so often that each is a name, and behind them the levels of all other numbers.
/// </summary>
sealed record TableColumn
{
    /// <summary>The symbols of a missing value, and of what is none of the column's.</summary>
    public const int MissingSymbol = 0, OtherSymbol = 1;
    const int Special = TableTokens.FirstValue, LongestMissing = 4;

    static readonly HashSet<string> _missing = new(["", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "None", "none", "?", "#N/A", "NaT"], StringComparer.Ordinal);

    readonly Dictionary<string, int> _symbols = [];
    readonly Dictionary<long, int> _frequent = [];
    const double StrangeNats = 32 * 0.693147180559945309;

    readonly string[] _names = [];
    readonly long[] _numbers = [];

    public required string Name { get; init; }
    public required ColumnType Type { get; init; }

    /// <summary>How a missing value is written.</summary>
    public string Missing { get; init; } = "";

    /// <summary>True if no value was missing in any row.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Of a category the names, the most frequent first.</summary>
    public string[] Names
    {
        get => _names;
        init
        {
            _names = value;
            for (var i = 0; i < value.Length; i++) _symbols[value[i]] = Special + i;
        }
    }

    /// <summary>Of numbers, how many decimals they have.</summary>
    public int Decimals { get; init; }

    /// <summary>Of dates, how they are written.</summary>
    public string Form { get; init; } = "";

    /// <summary>Of numbers and dates, those that occur so often that each is a name, in steps.</summary>
    public long[] Frequent
    {
        get => _numbers;
        init
        {
            _numbers = value;
            for (var i = 0; i < value.Length; i++) _frequent[value[i]] = Special + i;
        }
    }

    /// <summary>Of numbers and dates, their levels.</summary>
    public NumberGrid? Grid { get; init; }

    /// <summary>Of numbers, what stands between thousands; 0: nothing.</summary>
    public char Thousands { get; init; }

    /// <summary>Of numbers and dates of which new ones are not to be expected, those that rows had, ascending, in steps: what is drawn is one of them. Empty: any may come.</summary>
    public long[] Seen { get; init; } = [];

    // Numbers of which decimals were cut off have no step to lie between.
    bool IsRounded => Type == ColumnType.Number && (Decimals == NumberText.MostDecimals || Math.Max(Math.Abs(Grid!.Least), Math.Abs(Grid.Most)) >= NumberText.MostSteps / 100);

    /// <summary>What a cell's symbol can be.</summary>
    public Alphabet Alphabet => Alphabet.OfColumn(Special + (Grid is null ? Names.Length : Frequent.Length), Grid?.Levels ?? 0);

    /// <summary>What the numbers are counted in, for people.</summary>
    public string Step => Type == ColumnType.Date ? $"{Grid?.Unit} {DateText.StepName(Form)}" : NumberText.Text(Grid?.Unit ?? 1, Decimals, false);

    public static bool IsMissing(ReadOnlySpan<char> cell) => cell.Trim() is var trimmed && trimmed.Length <= LongestMissing && (trimmed.IsEmpty || !char.IsAsciiDigit(trimmed[0])) && _missing.GetAlternateLookup<ReadOnlySpan<char>>().Contains(trimmed);

    /// <summary>The symbol of a cell, and the number of steps that it is, if it is that.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="comma">Whether numbers have a decimal comma.</param>
    /// <param name="steps">Receives those.</param>
    /// <param name="rounds">Whether a number between two steps is of the level that holds it, for who tells the rest, and not none of the column's.</param>
    public int SymbolOf(ReadOnlySpan<char> cell, bool comma, out long steps, bool rounds = false)
    {
        steps = 0;
        var trimmed = cell.Trim();
        if (Grid is null)
        {
            if (_symbols.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(trimmed, out var symbol)) return symbol;
            return IsMissing(trimmed) ? MissingSymbol : OtherSymbol;
        }
        if (Type == ColumnType.Date)
        {
            if (!DateText.TryParse(trimmed, Form, out steps)) return IsMissing(trimmed) ? MissingSymbol : OtherSymbol;
            if (!rounds && (steps - Grid.Least) % Grid.Unit != 0) return OtherSymbol;
        }
        else if (!NumberText.TrySteps(trimmed, comma, Thousands, Decimals, out steps, out var isExact)) return IsMissing(trimmed) ? MissingSymbol : OtherSymbol;
        else if (!rounds && !(isExact && (steps - Grid.Least) % Grid.Unit == 0 || IsRounded)) return OtherSymbol;
        return _frequent.TryGetValue(steps, out var frequent) ? frequent : Grid.LevelOf(steps) is >= 0 and var level ? Special + Frequent.Length + level : OtherSymbol;
    }

    /// <summary>A symbol as a cell; of a level of numbers its middle, or that which a share of its numbers lie below.</summary>
    public string TextOf(int symbol, bool comma, double? share = null)
    {
        if (symbol < Special) return symbol == MissingSymbol ? Missing : "?";
        if (Grid is null) return Names[symbol - Special];
        var level = symbol - Special - Frequent.Length;
        var steps = level < 0 ? Frequent[symbol - Special] : share is { } within ? Grid.At(level, within) : Grid.Middle(level);
        return TextOf(steps, comma);
    }

    /// <summary>A symbol as a cell of a row that is drawn: as <see cref="TextOf(int, bool, double?)"/> has it, but of numbers of which new ones are not to be expected one that was seen, of its level or next to it.</summary>
    public string DrawnText(int symbol, bool comma, double? share)
    {
        if (Seen.Length == 0 || symbol - Special - Frequent.Length is not (>= 0 and var level)) return TextOf(symbol, comma, share);
        var (first, end) = (FirstSeen(Grid!.First(level)), level + 1 < Grid.Levels ? FirstSeen(Grid.First(level + 1)) : Seen.Length);
        if (first < end) return TextOf(Seen[first + (int)((share ?? 0.5) * (end - first))], comma);
        var wanted = share is { } within ? Grid.At(level, within) : Grid.Middle(level);
        return TextOf(first == Seen.Length || first > 0 && wanted - Seen[first - 1] <= Seen[first] - wanted ? Seen[first - 1] : Seen[first], comma);
    }

    // The place of the first that was seen which is no smaller.
    int FirstSeen(long steps) => Array.BinarySearch(Seen, steps) is var at && at >= 0 ? at : ~at;

    string TextOf(long steps, bool comma) => Type == ColumnType.Date ? DateText.Text(steps, Form) : NumberText.Grouped(NumberText.Text(steps, Decimals, comma), Thousands, comma);

    /// <summary>Whether a symbol stands for what is none of the numbers or dates that the column has room for.</summary>
    public bool IsStrange(int symbol) => Grid is not null && symbol == OtherSymbol;

    /// <summary>log of how many numbers a symbol stands for, which are equally likely: nats that a row takes besides those of its symbols. What is none of a column's numbers may be anything, and takes 32 bits.</summary>
    public double Rest(int symbol) => IsStrange(symbol) ? StrangeNats : Grid is not null && symbol - Special - Frequent.Length is >= 0 and var level ? ExactMath.Log(Grid.Width(level)) : 0;

    /// <summary>For people: what the values are.</summary>
    public string Words(bool comma)
    {
        var missing = IsWhole ? "" : $", missing in some rows{(Missing.Length > 0 ? $" as '{Missing}'" : "")}";
        if (Grid is null) return $"{(Names.Length == 2 ? "binary" : "categorical")}, {Names.Length} values: {string.Join(", ", Names.Take(8))}{(Names.Length > 8 ? ", ..." : "")}{missing}";
        var range = $"{TextOf(Grid.Least, comma)} to {TextOf(Grid.Most, comma)}";
        var kind = Type == ColumnType.Date ? Grid.Unit > 1 ? $"date, step {Step}" : "date" : Decimals > 0 ? $"decimal, step {Step}" : Grid.Unit > 1 ? $"whole number, step {Step}" : "whole number";
        return $"{kind}, {range}, {Grid.Levels} levels{(Frequent.Length == 0 ? "" : $", often {string.Join(", ", Frequent.Select(number => TextOf(number, comma)))}")}{missing}";
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["name"] = Name, ["type"] = Type.ToString().ToLowerInvariant() };
        if (Missing.Length > 0) json["missing"] = Missing;
        if (IsWhole) json["whole"] = true;
        if (Grid is null)
        {
            json["names"] = new JsonArray([.. Names.Select(name => (JsonNode)name)]);
            return json;
        }
        if (Type == ColumnType.Date) json["form"] = Form;
        else json["decimals"] = Decimals;
        if (Frequent.Length > 0) json["frequent"] = new JsonArray([.. Frequent.Select(number => (JsonNode)number)]);
        if (Thousands != 0) json["thousands"] = Thousands.ToString();
        if (Seen.Length > 0) json["seen"] = new JsonArray([.. Seen.Select(number => (JsonNode)number)]);
        (json["least"], json["most"], json["unit"], json["center"], json["scale"]) = (Grid.Least, Grid.Most, Grid.Unit, Grid.Center, Grid.Scale);
        return json;
    }

    /// <summary>The inverse of <see cref="ToJson"/>.</summary>
    /// <exception cref="DataException">if it is none</exception>
    public static TableColumn FromJson(JsonObject json)
    {
        var name = (string?)json["name"] ?? throw Damaged();
        if (!Enum.TryParse<ColumnType>((string)json["type"]!, ignoreCase: true, out var type)) throw Damaged();
        var column = new TableColumn { Name = name, Type = type, Missing = (string?)json["missing"] ?? "", IsWhole = (bool?)json["whole"] ?? false };
        if (type == ColumnType.Category)
        {
            string[] names = [.. json["names"]!.AsArray().Select(one => (string)one!)];
            return names.Length <= Tokens.MostSymbols - Special && names.Distinct().Count() == names.Length ? column with { Names = names } : throw Damaged();
        }
        var (least, most, unit, center, scale) = ((long)json["least"]!, (long)json["most"]!, (long)json["unit"]!, (double)json["center"]!, (double)json["scale"]!);
        var (decimals, form) = ((int?)json["decimals"] ?? 0, (string?)json["form"] ?? "");
        long[] frequent = [.. json["frequent"]?.AsArray().Select(number => (long)number!) ?? []];
        var (seen, thousands) = (json["seen"]?.AsArray().Select(number => (long)number!).ToArray() ?? [], (string?)json["thousands"] ?? "");
        if (least > most || Math.Abs(least) > NumberText.MostSteps || Math.Abs(most) > NumberText.MostSteps || unit is < 1 or > NumberText.MostSteps || !(Math.Abs(center) <= NumberText.MostSteps) || !(scale >= NumberGrid.LeastScale * unit && scale <= NumberText.MostSteps) || decimals is < 0 or > NumberText.MostDecimals
            || thousands is not [] and not [_] || thousands is [var mark] && !NumberText.IsGroupMark(mark) || seen.Length > ColumnSurvey.MostNumbers || !seen.AsSpan().SequenceEqual([.. seen.Distinct().Order()]) || seen.Length > 0 && (seen[0] < least || seen[^1] > most)
            || frequent.Length > ColumnSurvey.MostFrequent || frequent.Distinct().Count() != frequent.Length || type == ColumnType.Date && !DateText.Forms.Contains(form)) throw Damaged();
        return column with { Decimals = decimals, Form = form, Frequent = frequent, Thousands = thousands.FirstOrDefault(), Seen = seen, Grid = new NumberGrid(least, most, unit, center, scale) };
    }

    static DataException Damaged() => new("The model is damaged: what it says of its table's columns makes no sense.");
}
