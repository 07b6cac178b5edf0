using System.Numerics;
using System.Runtime.InteropServices;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>What is found out about a column while its table is read once: which types all cells are of, and what values there are, within a bounded memory.</summary>
/// <param name="name">The column's.</param>
/// <param name="wanted">What it is said to be; null: found out.</param>
/// <param name="comma">Whether numbers have a decimal comma.</param>
/// <param name="mostDrawn">So many numbers are drawn, evenly, to see where they lie.</param>
sealed class ColumnSurvey(string name, ColumnType? wanted, bool comma, int mostDrawn)
{
    /// <summary>So many numbers at the most are names of their own.</summary>
    public const int MostFrequent = 8;

    /// <summary>So many values are counted of what looks like numbers or dates.</summary>
    public const int MostNumbers = 1024;

    // Values that are counted of names; the share that makes a number frequent, and how often it is then at least.
    const int MostValues = Tokens.MostSymbols - 2, LeastOften = 10;
    const double Often = 0.05;

    // A number that came once tells how many rows have a new one (Good 1953): one in so many, and half of all numbers, make new ones worth expecting.
    const int Rarely = 100;
    const double Half = 0.5;

    // A text of which nearly every row has another is no category but what names the row.
    const int FewRows = 50;
    const double Unique = 0.9;

    // Names of which many rows have another cost a model more than they tell it.
    const int ManyNames = 100;
    const double MostlyNew = 0.3;

    // The share of values that may be no numbers in a column of numbers, or no dates in one of dates, and how many of the first values may be.
    const double FewOdds = 0.02;
    const int FirstOdds = 2;

    readonly Dictionary<string, int> _values = [];
    readonly Dictionary<string, int> _missing = [];
    readonly List<DateForm> _forms = [.. DateText.Forms.Select(form => new DateForm(form))];
    readonly List<decimal> _drawn = [];
    readonly List<string> _drawnDates = [];
    readonly Philox _random = new(0, RandomPurpose.Split, Philox.Hash("column"));
    bool _hasMore, _isUncounted, _isFinest;
    decimal _least = decimal.MaxValue, _most = decimal.MinValue;
    decimal? _first;
    decimal _step; // what all numbers so far differ by multiples of
    int _decimals;
    long _filled, _odds; // values, and those of them that are no numbers
    string? _odd, _oddText; // the first value that is no number
    string? _oddDate; // the first that was not of the last form that dates could have been of
    char _thousands; // what stands between those of all numbers that have some
    bool _hasPoint; // among numbers with decimal commas
    string? _grouped; // the first such number

    public string Name => name;

    /// <summary>Whether a value is missing in a row.</summary>
    public bool HasMissing => _missing.Count > 0;

    /// <summary>Takes in the next cell.</summary>
    public void Add(ReadOnlySpan<char> cell, long row)
    {
        cell = cell.Trim();
        if (TableColumn.IsMissing(cell))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_missing, cell.ToString(), out _)++;
            return;
        }
        _filled++;
        if (wanted != ColumnType.Category) AddAsNumber(cell, row);
        if (wanted is null or ColumnType.Date && _forms.Count > 0) AddAsDate(cell, row);
        if (!_isUncounted) Count(cell);
    }

    /// <summary>Whether the names of a column that looked like one of numbers or dates, and is none, were not counted: all cells are to be handed to <see cref="CountName"/> before the end.</summary>
    public bool WantsNames => _isUncounted && !IsDate && !(IsNumber && _least <= _most);

    /// <summary>Counts the next cell once more.</summary>
    public void CountName(ReadOnlySpan<char> cell)
    {
        if (!TableColumn.IsMissing(cell)) Count(cell.Trim());
    }

    void Count(ReadOnlySpan<char> cell)
    {
        if (_hasMore) return;
        var counts = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        if (counts.TryGetValue(cell, out var count)) counts[cell] = count + 1;
        else if (_values.Count < MostValues) counts[cell] = 1;
        else _hasMore = true;
        if (_values.Count <= MostNumbers || _isUncounted || !IsNumber && (_forms.Count == 0 || wanted == ColumnType.Category)) return;
        _isUncounted = true;
        _values.Clear();
        _values.TrimExcess();
    }

    void AddAsNumber(ReadOnlySpan<char> cell, long row)
    {
        if (TryParse(cell, out var number, out var decimals))
        {
            (_least, _most) = (Math.Min(_least, number), Math.Max(_most, number));
            if (Drawn(_drawn.Count) is >= 0 and var at) Put(_drawn, at, number);
            _first ??= number;
            // What all decimals so far can tell, no other number makes finer.
            if (_isFinest && decimals <= _decimals) return;
            _decimals = Math.Max(_decimals, decimals);
            if (number != _first) _step = Common(_step, Math.Abs(number - _first.Value));
            _isFinest = _decimals <= NumberText.MostDecimals && _step == NumberText.Finest(_decimals);
            return;
        }
        if (IsInfinite(cell)) return;
        _oddText ??= cell.ToString();
        _odd ??= $"'{Shortened(cell.ToString())}' in {TableReader.Where(row)}";
        _odds++;
    }

    // Of many different numbers a few may be none.
    bool IsNumber => wanted == ColumnType.Number || wanted is null && (_odds == 0 || _odds <= FewOdds * _filled && (_isUncounted || _values.Count > ManyNames));

    // Where a point stands between thousands it is nothing else; beside decimal commas it does where it can, unless one before could not.
    bool TryParse(scoped ReadOnlySpan<char> cell, out decimal number, out int decimals)
    {
        var own = '.';
        var isGrouped = comma && !_hasPoint && cell.Contains('.') && NumberText.TryUngroup(cell, true, ref own, stackalloc char[NumberText.Longest], out _);
        if (_thousands == 0 && !isGrouped && NumberText.TryParse(cell, comma, out number, out decimals))
        {
            if (Math.Abs(number) > NumberText.MostSteps) return false; // more than can be counted
            _hasPoint |= comma && cell.Contains('.');
            return true;
        }
        var mark = _thousands;
        Span<char> plain = stackalloc char[NumberText.Longest];
        if (NumberText.TryUngroup(cell, comma, ref mark, plain, out var length) && !(mark == '.' && _hasPoint))
        {
            _grouped ??= cell.ToString();
            _thousands = mark;
            cell = plain[..length];
        }
        return NumberText.TryParse(cell, comma, out number, out decimals) && !(_thousands == '.' && cell.Contains('.')) && Math.Abs(number) <= NumberText.MostSteps;
    }

    // What all cells are, were they dates of one form.
    sealed class DateForm(string text)
    {
        public string Text => text;
        public long Least = long.MaxValue, Most = long.MinValue, Step, Odds;
        public string? Odd;

        public bool Add(ReadOnlySpan<char> cell)
        {
            if (!DateText.TryParse(cell, text, out var steps)) return false;
            if (Step != 1 && Least <= Most && Math.Abs(steps - Least) is var apart && (Step == 0 || apart % Step != 0)) Step = Common(Step, apart);
            (Least, Most) = (Math.Min(Least, steps), Math.Max(Most, steps));
            return true;
        }
    }

    void AddAsDate(ReadOnlySpan<char> cell, long row)
    {
        var isOne = false;
        for (var i = _forms.Count - 1; i >= 0; i--)
        {
            var form = _forms[i];
            if (form.Add(cell))
            {
                isOne = true;
                continue;
            }
            form.Odd ??= $"'{Shortened(cell.ToString())}' in {TableReader.Where(row)}";
            if (++form.Odds <= FirstOdds + FewOdds * _filled) continue;
            _oddDate = form.Odd;
            _forms.RemoveAt(i);
        }
        if (isOne && Drawn(_drawnDates.Count) is >= 0 and var at) Put(_drawnDates, at, cell.ToString());
    }

    // The form that most cells are of; null if they are of none. As of numbers, of many different ones a few may be none.
    DateForm? Form => _forms.Where(form => form.Least <= form.Most).MinBy(form => form.Odds) is { } form
        && (form.Odds == 0 || wanted == ColumnType.Date || form.Odds <= FewOdds * _filled && (_isUncounted || _values.Count > ManyNames)) ? form : null;

    bool IsDate => wanted is null or ColumnType.Date && Form is not null;

    /// <summary>The column, or why it is left out.</summary>
    /// <exception cref="DataException">if it is not what it is said to be, or has too many names</exception>
    public (TableColumn? Column, string? Note) Finish()
    {
        var missing = _missing.Count == 0 ? "" : _missing.MaxBy(pair => pair.Value).Key;
        if (_filled == 0) return (null, $"column '{name}' has no value in any row, and is left out");
        if (wanted == ColumnType.Number && _least > _most) throw new DataException($"Column '{name}' is to be of numbers and has none: {_odd}; name another type.");
        if (wanted == ColumnType.Date && !IsDate) throw new DataException($"Column '{name}' is to be of dates of one form that is known, and is not: {_oddDate ?? _forms[0].Odd} is no date, or of another form than most; name another type.");
        // Two values are names, whatever they are; 0 and 1 are both there even if one of them is not seen.
        var isBinary = !_isUncounted && !_hasMore && wanted is null && _values.Count <= 2 && !IsDate;
        if (IsDate) return (Dates(Form!, missing), Form!.Odd is null ? null : $"column '{name}' is of dates, and what is none of their form, such as {Form.Odd}, is one value of its own");
        if (IsNumber && wanted != ColumnType.Category && _least <= _most && !isBinary) return (Numbers(missing), _odd is null && _grouped is null ? null
            : $"column '{name}' is of numbers{(_grouped is null ? "" : $", with marks between thousands such as in '{_grouped}'")}{(_odd is null ? "" : $", and what is none, such as {_odd}, is one value of its own")}");
        if (_hasMore || wanted is null && _filled >= FewRows && _values.Count >= Unique * _filled)
        {
            if (wanted == ColumnType.Category) throw new DataException($"Column '{name}' has more than {MostValues} values, more than a category can have; leave it out.");
            return (null, $"column '{name}' is left out, as {(_hasMore ? $"it has more than {MostValues}" : $"its {_filled} values are {_values.Count} different")} ones, such as '{Shortened(_values.Keys.First())}'{(_odd is null || _least > _most ? "" : $"; it would be one of numbers but for {_odd}")}");
        }
        string? many = null;
        if (wanted is null && _values.Count > ManyNames && _values.Count > MostlyNew * _filled) many = $"column '{name}' has {_values.Count} names in {_filled} rows, most of which a model can hardly learn; columns=-{name} leaves it out";
        string[] names = [.. _values.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key)];
        if (names.Length < 2 && names.All(one => one is "0" or "1")) names = ["0", "1"];
        else if (isBinary) Array.Sort(names, StringComparer.Ordinal);
        return (new TableColumn { Name = name, Type = ColumnType.Category, Missing = missing, IsWhole = !HasMissing, Names = names }, IsForeign ? $"column '{name}' is taken for names, as {_odd} has other marks than this table's numbers, which have a decimal {(comma ? "comma" : "point")}" : _odd is not null && _least <= _most && wanted is null && names.Length > 2 ? $"column '{name}' is taken for names, as {_odd} is no number" : many);
    }

    // A number as others would write it.
    bool IsForeign
    {
        get
        {
            var mark = '\0';
            return wanted is null && _oddText is { } text && (NumberText.TryParse(text, !comma, out _, out _) || NumberText.TryUngroup(text, !comma, ref mark, stackalloc char[NumberText.Longest], out _));
        }
    }

    static string Shortened(string value) => value.Length <= 40 ? value : value[..40] + "...";

    // The largest that both are multiples of.
    static T Common<T>(T a, T b) where T : INumber<T>
    {
        while (!T.IsZero(a) && !T.IsZero(b % a)) (a, b) = (b % a, a);
        return T.IsZero(a) ? b : a;
    }

    static bool IsInfinite(ReadOnlySpan<char> cell) => cell.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase) || cell.TrimStart("+-").Equals("infinity", StringComparison.OrdinalIgnoreCase);

    // Where the next of the numbers drawn lies, -1: it is none. Algorithm R, so that those are as good as all.
    int Drawn(int drawn) => drawn < mostDrawn ? drawn : (long)(_random.UniformDouble(0, (ulong)_filled) * _filled) is var at && at < mostDrawn ? (int)at : -1;

    static void Put<T>(List<T> drawn, int at, T value)
    {
        if (at == drawn.Count) drawn.Add(value);
        else drawn[at] = value;
    }

    TableColumn Numbers(string missing)
    {
        var decimals = Math.Min(_decimals, NumberText.MostDecimals);
        // As many decimals as leave all numbers countable.
        while (decimals > 0 && Math.Max(Math.Abs(NumberText.Steps(_least, decimals)), Math.Abs(NumberText.Steps(_most, decimals))) >= NumberText.MostSteps / 8) decimals--;
        var (frequent, grid) = Spread([.. _drawn.Select(number => NumberText.Steps(number, decimals))], NumberText.Steps(_least, decimals), NumberText.Steps(_most, decimals), Math.Max(1, decimals == _decimals ? NumberText.Steps(_step, decimals) : 1));
        var seen = Seen(frequent, grid, text => TryParse(text, out var number, out _) ? NumberText.Steps(number, decimals) : null);
        return new TableColumn { Name = name, Type = ColumnType.Number, Missing = missing, IsWhole = !HasMissing, Decimals = decimals, Frequent = frequent, Thousands = _thousands, Seen = seen, Grid = grid };
    }

    TableColumn Dates(DateForm all, string missing)
    {
        var form = all.Text;
        long[] drawn = [.. _drawnDates.Select(date => DateText.TryParse(date, form, out var steps) ? steps : long.MinValue).Where(steps => steps > long.MinValue)];
        var (frequent, grid) = Spread(drawn, all.Least, all.Most, Math.Max(1, all.Step));
        return new TableColumn { Name = name, Type = ColumnType.Date, Missing = missing, IsWhole = !HasMissing, Form = form, Frequent = frequent, Grid = grid, Seen = Seen(frequent, grid, text => DateText.TryParse(text, form, out var steps) ? steps : null) };
    }

    // The numbers that came, but those that are names, if no new ones are to be expected.
    long[] Seen(long[] frequent, NumberGrid grid, Func<string, long?> stepsOf)
    {
        if (_isUncounted || _hasMore) return [];
        var (counts, rows) = (new SortedDictionary<long, int>(), 0L);
        foreach (var (text, count) in _values)
        {
            if (stepsOf(text) is not { } steps) continue;
            counts[steps] = counts.GetValueOrDefault(steps) + count;
            rows += count;
        }
        if (counts.Count >= Half * ((grid.Most - grid.Least) / grid.Unit + 1) || Rarely * counts.Values.LongCount(count => count == 1) > rows) return [];
        return counts.Count > frequent.Length ? [.. counts.Keys.Where(steps => !frequent.Contains(steps))] : [.. counts.Keys];
    }

    static (long[] Frequent, NumberGrid Grid) Spread(long[] drawn, long least, long most, long unit)
    {
        long[] frequent = (most - least) / unit < NumberGrid.Short ? [] : [.. drawn.GroupBy(number => number).Where(group => group.Count() >= Math.Max(LeastOften, Often * drawn.Length))
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(MostFrequent).Select(group => group.Key)];
        long[] others = [.. drawn.Where(number => !frequent.Contains(number)).Order()];
        if (others.Length == 0) others = [least, most];
        double center = others[others.Length / 2], quarters = others[others.Length * 3 / 4] - others[others.Length / 4], ends = others[others.Length * 19 / 20] - others[others.Length / 20];
        // A normal distribution's quartiles are 1.35 deviations apart, its outer twentieths 3.3; of what is lumped, whatever is left.
        var scale = quarters > 0 ? quarters / 1.35 : ends > 0 ? ends / 3.3 : (double)(most - least) / 8;
        return (frequent, new NumberGrid(least, most, unit, center, Math.Clamp(scale, NumberGrid.LeastScale * unit, NumberText.MostSteps)));
    }
}
