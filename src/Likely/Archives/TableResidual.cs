using Likely.Data;

namespace Likely;

/// <summary>What the segments of a block say beside symbols, as bytes: varints, and bytes of files as they stand; see docs/formats.md.</summary>
static class TableResidual
{
    const int NoForm = 0, OwnForm = 1, ToldForm = 2;
    const int Returns = 1, Open = 2; // of rows
    const int Forms = 4, Missing = 8; // of columns, beside CellStyle

    public static byte[] ToBytes(IReadOnlyList<TableSegment> segments, TableTokens tokens)
    {
        var writer = new VarintWriter();
        writer.Write(segments.Count);
        var own = TableForm.Of(tokens);
        foreach (var segment in segments)
        {
            WriteForm(writer, segment.Form, own);
            if (segment.Form is null)
            {
                writer.Write(segment.Bytes.Length);
                continue;
            }
            writer.Write(segment.Stretches.Count);
            var before = 0;
            foreach (var (row, raw) in segment.Stretches)
            {
                writer.Write(row - before);
                WriteBytes(writer, raw);
                before = row;
            }
            writer.Write(segment.Rows);
            if (segment.Rows == 0 && !segment.Stretches.Exists(stretch => stretch.Raw.Length == 0)) continue;
            writer.Write((segment.HasReturns ? Returns : 0) | (segment.IsOpen ? Open : 0));
            if (segment.Rows == 0) continue;
            foreach (var column in segment.Columns)
            {
                writer.Write((int)column.Style | (column.HasForms ? Forms : 0) | (column.Missing is null ? 0 : Missing));
                if (column.Missing is { } missing) WriteBytes(writer, missing);
                writer.Write(column.Exceptions.Count);
                before = 0;
                foreach (var (row, raw) in column.Exceptions)
                {
                    writer.Write(row - before);
                    WriteBytes(writer, raw);
                    before = row + 1;
                }
            }
        }
        return writer.ToArray();
    }

    /// <summary>The inverse; what the bytes claim is bounded by themselves and by how many bytes the block has.</summary>
    /// <exception cref="ArchiveException">They make no sense.</exception>
    public static List<TableSegment> Parse(ReadOnlySpan<byte> bytes, TableTokens tokens, int length)
    {
        var reader = new VarintReader(bytes);
        var segments = new List<TableSegment>();
        var (cells, plain) = (0L, 0L);
        for (var count = reader.Count(2); count > 0; count--)
        {
            if (ReadForm(ref reader, tokens) is not { } form)
            {
                var own = (int)reader.Read(length);
                if ((plain += own) > length) throw Damaged();
                segments.Add(new TableSegment(null, 0) { Bytes = new byte[own] });
                continue;
            }
            var stretches = new List<(int, byte[])>();
            var row = 0L;
            for (var left = reader.Count(2); left > 0; left--)
            {
                row += reader.Read(length);
                stretches.Add(((int)Math.Min(row, int.MaxValue), ReadBytes(ref reader)));
            }
            var rows = (int)reader.Read(length);
            // A row has a byte behind each cell; the last one of a block may have none.
            if (row > rows || (cells += (long)rows * form.Places.Count) > length + 1L) throw Damaged();
            var segment = new TableSegment(form, rows == 0 ? 0 : tokens.Names.Count) { Rows = rows };
            segments.Add(segment);
            segment.Stretches.AddRange(stretches);
            if (rows == 0 && !stretches.Exists(stretch => stretch.Item2.Length == 0)) continue;
            var ends = reader.Read(Returns | Open);
            (segment.HasReturns, segment.IsOpen) = ((ends & Returns) != 0, (ends & Open) != 0);
            foreach (var column in segment.Columns) ReadColumn(ref reader, column, rows);
        }
        reader.RequireEnd();
        return segments;
    }

    static void ReadColumn(ref VarintReader reader, TableSegment.Column column, int rows)
    {
        var flags = (int)reader.Read(Forms | Missing | (int)(CellStyle.Quoted | CellStyle.Blank));
        (column.Style, column.HasForms) = ((CellStyle)flags & (CellStyle.Quoted | CellStyle.Blank), (flags & Forms) != 0);
        if ((flags & Missing) != 0) column.Missing = ReadBytes(ref reader);
        var next = 0L;
        for (var left = reader.Count(2); left > 0; left--)
        {
            next += reader.Read(rows);
            if (next >= rows) throw Damaged();
            column.Exceptions.Add(((int)next++, ReadBytes(ref reader)));
        }
    }

    static void WriteForm(VarintWriter writer, TableForm? form, TableForm? own)
    {
        if (form is null) writer.Write(NoForm);
        else if (own is not null && (form.Separator, form.HasDecimalComma) == (own.Separator, own.HasDecimalComma) && form.Places.SequenceEqual(own.Places)) writer.Write(OwnForm);
        else
        {
            writer.Write(ToldForm);
            writer.Write(form.Separator);
            writer.Write(form.HasDecimalComma ? 1 : 0);
            writer.Write(form.Places.Count);
            var expected = 0;
            foreach (var place in form.Places)
            {
                writer.Write(place < 0 ? 0 : 1 + (place >= expected ? 2L * (place - expected) : 2L * (expected - place) - 1));
                if (place >= 0) expected = place + 1;
            }
        }
    }

    static TableForm? ReadForm(ref VarintReader reader, TableTokens tokens)
    {
        var kind = reader.Read(ToldForm);
        if (kind == NoForm) return null;
        if (kind == OwnForm) return TableForm.Of(tokens) ?? throw Damaged();
        var (separator, comma) = ((int)reader.Read(127), reader.Read(1) != 0);
        var places = new int[(int)Math.Min(reader.Count(1), TableForm.MostColumns)];
        var expected = 0L;
        for (var i = 0; i < places.Length; i++)
        {
            var code = reader.Read(2 * TableForm.MostColumns) - 1;
            places[i] = code < 0 ? -1 : (int)(expected + (code % 2 == 0 ? code / 2 : -(code + 1) / 2));
            if (code >= 0 && (expected = places[i] + 1L) < 1) throw Damaged();
        }
        return TableForm.Create(tokens, separator, comma, places) ?? throw Damaged();
    }

    static void WriteBytes(VarintWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    static byte[] ReadBytes(ref VarintReader reader) => reader.Bytes(reader.Count(1)).ToArray();

    static ArchiveException Damaged() => new("a block of it makes no sense");
}
