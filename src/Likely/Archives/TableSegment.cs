using System.Buffers;
using Likely.Data;

namespace Likely;

/// <summary>
/// Rows of one file within a block of an archive: which symbols they are, and all that symbols do not say. Stretches of bytes between rows (a header, a row of another
/// length, what lies before and behind) stand as they are; so does a cell that is written otherwise than its column's style says. Everything is its file's bytes again.
/// </summary>
sealed class TableSegment
{
    const int Looked = 1024; // rows that tell the style

    /// <summary>How the cells of a column are written.</summary>
    public sealed class Column
    {
        public CellStyle Style { get; set; }

        /// <summary>Whether decimals of its numbers are told for each.</summary>
        public bool HasForms { get; set; }

        /// <summary>How a missing cell is written; null: as in the model's own table.</summary>
        public byte[]? Missing { get; set; }

        /// <summary>Cells that stand as they are, rows ascending.</summary>
        public List<(int Row, byte[] Raw)> Exceptions { get; } = [];
    }

    public TableSegment(TableForm? form, int columns) => (Form, Columns) = (form, [.. Enumerable.Range(0, columns).Select(_ => new Column())]);

    /// <summary>How the rows lie; null: there are none.</summary>
    public TableForm? Form { get; }

    public Column[] Columns { get; }

    /// <summary>All bytes, if there is no form.</summary>
    public byte[] Bytes { get; set; } = [];

    public int Rows { get; set; }

    /// <summary>Whether rows end with \r\n, and whether the last one has no end.</summary>
    public bool HasReturns { get; set; }
    public bool IsOpen { get; set; }

    /// <summary>Bytes that are no rows, each behind so many rows; empty ones stand for the names of the columns.</summary>
    public List<(int Row, byte[] Raw)> Stretches { get; } = [];

    /// <summary>The cells, by rows.</summary>
    public List<CellValue> Cells { get; } = [];

    /// <summary>Of each column that the model has not, its cells, each with \n behind.</summary>
    public ArrayBufferWriter<byte>[] Others { get; private set; } = [];

    /// <summary>Takes the bytes of a file, or a part, apart.</summary>
    public static TableSegment Of(ReadOnlySpan<byte> bytes, TableForm? form, TableTokens tokens)
    {
        var columns = form is null ? 0 : tokens.Names.Count;
        var segment = new TableSegment(form, columns);
        if (form is not null) segment.Parse(bytes, form, tokens, new CellSpelling(tokens, form));
        else segment.Bytes = bytes.ToArray();
        return segment;
    }

    void Parse(ReadOnlySpan<byte> bytes, TableForm form, TableTokens tokens, CellSpelling spelling)
    {
        Others = [.. form.Others.Select(_ => new ArrayBufferWriter<byte>())];
        LookAtStyle(bytes, form, spelling);
        var (header, written) = (form.Header(tokens), new ArrayBufferWriter<byte>());
        var (ends, row, raw, odd) = (new int[form.Places.Count], new CellValue[Columns.Length], (First: 0, End: 0), new List<(int Column, byte[] Raw)>());
        for (int at = 0, next; at < bytes.Length; at = next)
        {
            (var count, next) = form.Row(bytes, at, ends);
            var last = count > 0 && count <= ends.Length ? ends[count - 1] : next;
            if (count == ends.Length && IsRow(bytes, last, next) && TryRow(bytes, at, ends, form, spelling, row, odd, written))
            {
                AddStretch(bytes[raw.First..raw.End]);
                raw = (next, next);
                foreach (var (column, cell) in odd) Columns[column].Exceptions.Add((Rows, cell));
                Cells.AddRange(row);
                for (var i = 0; i < Others.Length; i++)
                {
                    Others[i].Write(bytes[(form.Others[i] == 0 ? at : ends[form.Others[i] - 1] + 1)..ends[form.Others[i]]]);
                    Others[i].Write("\n"u8);
                }
                Rows++;
                IsOpen = last == next;
                continue;
            }
            if (header.Length > 0 && last - at == header.Length && IsRow(bytes, last, next) && last < next && bytes[at..last].SequenceEqual(header))
            {
                AddStretch(bytes[raw.First..raw.End]);
                raw = (next, next);
                Stretches.Add((Rows, []));
                continue;
            }
            raw = (raw.End == at ? raw.First : at, next);
        }
        AddStretch(bytes[raw.First..raw.End]);
        for (var c = 0; c < Columns.Length; c++) Columns[c].HasForms = HasForms(c, spelling);
    }

    void AddStretch(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0) Stretches.Add((Rows, bytes.ToArray()));
    }

    // Ends as all rows do, or where the bytes end.
    bool IsRow(ReadOnlySpan<byte> bytes, int last, int next) => last == next || next - last == (HasReturns ? 2 : 1) && bytes[next - 1] == '\n';

    // What most cells of the first rows are like, and the first missing one.
    void LookAtStyle(ReadOnlySpan<byte> bytes, TableForm form, CellSpelling spelling)
    {
        var (ends, filled, quoted, blank) = (new int[form.Places.Count], new int[Columns.Length], new int[Columns.Length], new int[Columns.Length]);
        var (returns, rows) = (0, 0);
        var missing = new byte[Columns.Length][];
        for (int at = 0, next; at < bytes.Length && rows < Looked; at = next)
        {
            (var count, next) = form.Row(bytes, at, ends);
            if (count != ends.Length) continue;
            rows++;
            if (next - ends[^1] == 2) returns++;
            for (var i = 0; i < count; i++)
            {
                if (form.Places[i] is not (>= 0 and var c)) continue;
                var raw = bytes[(i == 0 ? at : ends[i - 1] + 1)..ends[i]];
                var (style, isMissing) = spelling.Look(raw);
                if (isMissing) missing[c] ??= raw.ToArray();
                else
                {
                    filled[c]++;
                    if ((style & CellStyle.Quoted) != 0) quoted[c]++;
                    if ((style & CellStyle.Blank) != 0) blank[c]++;
                }
            }
        }
        HasReturns = 2 * returns > rows;
        var written = new ArrayBufferWriter<byte>();
        for (var c = 0; c < Columns.Length; c++)
        {
            Columns[c].Style = (2 * quoted[c] > filled[c] ? CellStyle.Quoted : 0) | (2 * blank[c] > filled[c] ? CellStyle.Blank : 0);
            written.ResetWrittenCount();
            spelling.WriteMissing(c, Columns[c].Style, written);
            if (missing[c] is { } own && !own.AsSpan().SequenceEqual(written.WrittenSpan)) Columns[c].Missing = own;
        }
    }

    // The cells of a row, and those that are written otherwise; false if these are more than half, or the model has no symbol for one.
    bool TryRow(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<int> ends, TableForm form, CellSpelling spelling, CellValue[] row, List<(int, byte[])> odd, ArrayBufferWriter<byte> written)
    {
        odd.Clear();
        for (var i = 0; i < ends.Length; i++)
        {
            if (form.Places[i] is not (>= 0 and var c)) continue;
            var raw = bytes[(i == 0 ? at : ends[i - 1] + 1)..ends[i]];
            var isSpelled = spelling.TryRead(c, raw, out row[c]);
            if (row[c].Symbol < 0) return false;
            if (isSpelled)
            {
                written.ResetWrittenCount();
                Write(c, row[c], spelling, written);
                isSpelled = written.WrittenSpan.SequenceEqual(raw);
            }
            if (isSpelled) continue;
            odd.Add((c, raw.ToArray()));
            if (2 * odd.Count > row.Length) return false;
        }
        return true;
    }

    void Write(int column, in CellValue value, CellSpelling spelling, ArrayBufferWriter<byte> target)
    {
        if (Columns[column].Missing is { } missing && spelling.IsMissing(value.Symbol)) target.Write(missing);
        else spelling.Write(column, value, Columns[column].Style, target);
    }

    // Whether a number has other decimals than its column.
    bool HasForms(int column, CellSpelling spelling)
    {
        if (!spelling.HasDecimals(column)) return false;
        var next = 0;
        for (var row = 0; row < Rows; row++)
        {
            if (next < Columns[column].Exceptions.Count && Columns[column].Exceptions[next].Row == row) next++;
            else if (Cells[row * Columns.Length + column] is var cell && spelling.IsNumber(column, cell.Symbol) && (cell.IsScientific || cell.Decimals != spelling.Decimals(column))) return true;
        }
        return false;
    }

    /// <summary>Bytes that stand in the residual as they are.</summary>
    public long OddBytes => Stretches.Sum(stretch => (long)stretch.Raw.Length) + Columns.Sum(column => column.Exceptions.Sum(cell => (long)cell.Raw.Length));

    /// <summary>Writes all rows and what lies between them, as long as they take no more than so many bytes.</summary>
    /// <param name="spelling">Of the form.</param>
    /// <param name="tokens">What the model's columns are.</param>
    /// <param name="cell">Tells the next cell, by rows and columns of the model.</param>
    /// <param name="others">The cells of the columns that the model has not.</param>
    /// <param name="target">Where to.</param>
    /// <param name="most">Bytes that the target may have.</param>
    /// <exception cref="ArchiveException">They take more.</exception>
    public void WriteAll(CellSpelling? spelling, TableTokens tokens, Func<int, int, bool, CellValue> cell, byte[][] others, ArrayBufferWriter<byte> target, int most)
    {
        if (Form is null)
        {
            target.Write(Bytes);
            TableBlocks.Require(target.WrittenCount <= most);
            return;
        }
        var (next, stretch, otherAt) = (new int[Columns.Length], 0, new int[others.Length]);
        var values = new CellValue[Columns.Length];
        for (var row = 0; row <= Rows; row++)
        {
            for (; stretch < Stretches.Count && Stretches[stretch].Row == row; stretch++)
            {
                target.Write(Stretches[stretch].Raw.Length > 0 ? Stretches[stretch].Raw : Form.Header(tokens));
                if (Stretches[stretch].Raw.Length == 0) target.Write(HasReturns ? "\r\n"u8 : "\n"u8);
                TableBlocks.Require(target.WrittenCount <= most);
            }
            if (row == Rows) return;
            for (var c = 0; c < Columns.Length; c++) values[c] = cell(row, c, IsException(c, row, next));
            for (var i = 0; i < Form.Places.Count; i++)
            {
                if (i > 0) target.Write([(byte)Form.Separator]);
                if (Form.Places[i] is >= 0 and var c)
                {
                    if (IsException(c, row, next)) target.Write(Columns[c].Exceptions[next[c]++].Raw);
                    else Write(c, values[c], spelling!, target);
                }
                else target.Write(Other(others, otherAt, OtherOf(i)));
                TableBlocks.Require(target.WrittenCount <= most);
            }
            if (!IsOpen || row < Rows - 1) target.Write(HasReturns ? "\r\n"u8 : "\n"u8);
        }

        int OtherOf(int place)
        {
            var (low, high) = (0, Form.Others.Count);
            while (high - low > 1)
                if ((low + high) / 2 is var middle && Form.Others[middle] <= place) low = middle;
                else high = middle;
            return low;
        }
    }

    bool IsException(int column, int row, int[] next) => next[column] < Columns[column].Exceptions.Count && Columns[column].Exceptions[next[column]].Row == row;

    static ReadOnlySpan<byte> Other(byte[][] others, int[] at, int index)
    {
        var rest = others[index].AsSpan(at[index]);
        var length = 0;
        for (var quoted = false; length < rest.Length && (quoted || rest[length] != '\n'); length++) quoted ^= rest[length] == '"';
        at[index] += length + 1;
        return rest[..length];
    }
}
