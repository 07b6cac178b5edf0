using System.Buffers;
using System.Buffers.Binary;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Blocks of plain bytes whose code is a model of a table's rows. The first bit says whether the model codes the bytes; if it does, what symbols do not say follows (<see cref="TableResidual"/>, by
/// <see cref="ByteModel"/>), files that have no rows, the cells of columns that the model has not, the symbols of all rows as blocks of items have them, some rows after others, and what numbers are within
/// their symbols (<see cref="NumberCoder"/>). Where that is no shorter, a <see cref="ByteBlock"/> stands instead. No byte depends on threads or batch.
/// </summary>
static class TableBlocks
{
    const int ResidualBits = 22, LeastResidual = 1 << 12;
    const double NatsPerBit = 0.693147180559945309;

    /// <summary>What <see cref="Encode"/> and <see cref="Decode"/> take beside bytes.</summary>
    /// <param name="Sized">The model of a row.</param>
    /// <param name="Tokens">What its symbols are.</param>
    /// <param name="Threads">Threads for the block.</param>
    /// <param name="Batch">Rows of one pass or predictor; 0: chosen for speed.</param>
    public readonly record struct Code(SizedModel Sized, TableTokens Tokens, int Threads, int Batch);

    /// <summary>The stream of a block.</summary>
    /// <param name="code">The model.</param>
    /// <param name="bytes">The block.</param>
    /// <param name="ends">Ascending lengths up to the end of each file's bytes; on return, how long their streams are, about.</param>
    /// <param name="forms">How each file's rows lie; null: it has none.</param>
    /// <param name="cancellation">Ends it between two passes.</param>
    public static byte[] Encode(Code code, ReadOnlyMemory<byte> bytes, int[] ends, TableForm?[] forms, CancellationToken cancellation)
    {
        var costs = new double[ends.Length];
        var stream = EncodeRows(code, bytes, ends, forms, costs, cancellation);
        // The rows of a file may be none of the model's, whatever its columns are called.
        var own = Enumerable.Range(0, ends.Length).Select(i => forms[i] is null || ends.Length == 1 || costs[i] < ByteBlock.Encode(bytes.Span[(i == 0 ? 0 : ends[i - 1])..ends[i]]).Length).ToArray();
        if (Array.IndexOf(own, false) >= 0) stream = EncodeRows(code, bytes, ends, [.. forms.Select((form, i) => own[i] ? form : null)], costs, cancellation);
        int[] plainEnds = [.. ends];
        var plain = ByteBlock.EncodeUnmodelled(bytes.Span, plainEnds);
        if (stream is null || stream.Length >= plain.Length)
        {
            plainEnds.CopyTo(ends, 0);
            return plain;
        }
        var (sum, all) = (0.0, costs.Sum());
        for (var i = 0; i < ends.Length; i++) ends[i] = (int)(stream.Length * ((sum += costs[i]) / all));
        return stream;
    }

    /// <summary>The stream by which the model codes a block, however long that is, and what each file takes of it in bytes, about; null if it has no row.</summary>
    public static byte[]? EncodeRows(Code code, ReadOnlyMemory<byte> bytes, int[] ends, TableForm?[] forms, double[] costs, CancellationToken cancellation)
    {
        if (Array.TrueForAll(forms, form => form is null)) return null;
        var segments = new List<TableSegment>();
        for (var i = 0; i < ends.Length; i++) segments.Add(TableSegment.Of(bytes.Span[(i == 0 ? 0 : ends[i - 1])..ends[i]], forms[i], code.Tokens));
        var residual = TableResidual.ToBytes(segments, code.Tokens);
        if (residual.Length > MostResidual(bytes.Length) || segments.TrueForAll(segment => segment.Rows == 0)) return null;
        var encoder = new RangeEncoder();
        encoder.EncodeBit(false, BlockLayout.Unmodelled);
        encoder.EncodeUniform((uint)residual.Length, ResidualBits);
        Write(encoder, residual);
        for (var i = 0; i < costs.Length; i++) costs[i] = (double)encoder.Length * (1 + segments[i].OddBytes) / segments.Sum(segment => 1 + segment.OddBytes);
        Each(segment =>
        {
            if (segment.Form is null) ByteBlock.Write(encoder, segment.Bytes);
            foreach (var cells in segment.Others) Write(encoder, cells.WrittenSpan);
        });
        foreach (var rows in Rows(code, segments, cancellation))
        {
            rows.Code(encoder);
            foreach (var (i, nats) in rows.Costs) costs[i] += nats / (8 * NatsPerBit);
        }
        var numbers = new NumberCoder(encoder, null);
        Each(segment => WriteNumbers(numbers, segment, code.Tokens));
        return encoder.Finish();

        void Each(Action<TableSegment> write)
        {
            for (var i = 0; i < segments.Count; i++)
            {
                var before = encoder.Length;
                write(segments[i]);
                costs[i] += encoder.Length - before;
            }
        }
    }

    /// <summary>The bytes of a block.</summary>
    /// <param name="code">The model; null where it codes none.</param>
    /// <param name="stream">The block without its check sum.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="ArchiveException">The stream stands for other bytes than so many.</exception>
    public static byte[] Decode(Code? code, ReadOnlySpan<byte> stream, int length, CancellationToken cancellation)
    {
        var decoder = new RangeDecoder(stream);
        if (decoder.DecodeBit(BlockLayout.Unmodelled)) return ByteBlock.Decode(decoder, length);
        if (code is not var (sized, tokens, threads, batch)) throw new ArchiveException("a block of it is coded by a model, and there is none.");
        var said = decoder.DecodeUniform(ResidualBits);
        Require(said <= MostResidual(length));
        var residual = new byte[said];
        var model = new ByteModel();
        for (var i = 0; i < residual.Length; i++) residual[i] = model.Decode(decoder);
        var segments = TableResidual.Parse(residual, tokens, length);
        var left = length + 1L; // bytes that other columns may take, with what stands behind each cell
        var others = segments.ConvertAll(segment =>
        {
            if (segment.Form is null) segment.Bytes = ByteBlock.Decode(decoder, segment.Bytes.Length);
            return ReadOthers(decoder, segment, ref left);
        });
        var (rows, columns) = (segments.Sum(segment => segment.Rows), sized.Space.Dimensions);
        var symbols = new byte[(long)rows * columns * sized.SymbolBytes];
        for (var first = 0; first < rows;)
        {
            var count = Math.Min(BlockPlan.Capacity(columns), rows - first);
            BlockDecoder.DecodeItems(sized, decoder, count, [], threads, batch, null, cancellation).CopyTo(symbols, (long)first * columns * sized.SymbolBytes);
            first += count;
        }
        var (target, numbers, at) = (new ArrayBufferWriter<byte>(length + 1), new NumberCoder(null, decoder), 0);
        for (var i = 0; i < segments.Count; i++)
        {
            var (segment, base_) = (segments[i], at);
            var spelling = segment.Form is { } form ? new CellSpelling(tokens, form) : null;
            segment.WriteAll(spelling, tokens, (row, column, isException) =>
            {
                var place = (base_ + row) * columns + column;
                var cell = new CellValue(sized.SymbolBytes == 1 ? symbols[place] : BinaryPrimitives.ReadUInt16LittleEndian(symbols.AsSpan(sizeof(ushort) * place)));
                return isException || !spelling!.IsNumber(column, cell.Symbol) ? cell : numbers.Code(column, cell, spelling, segment.Columns[column].HasForms);
            }, others[i], target, length);
            at += segment.Rows;
        }
        Require(target.WrittenCount == length);
        return target.WrittenSpan.ToArray();
    }

    // Of a block of so many bytes.
    static int MostResidual(int length) => 2 * length + LeastResidual;

    /// <summary>Refuses a stream that stands for other bytes.</summary>
    public static void Require(bool isSo)
    {
        if (!isSo) throw new ArchiveException("a block of it stands for other bytes than it should.");
    }

    // The symbols of all rows, with their shares.
    static List<ItemBlock> Rows(Code code, List<TableSegment> segments, CancellationToken cancellation)
    {
        var (blocks, columns, bytes) = (new List<ItemBlock>(), code.Sized.Space.Dimensions, code.Sized.SymbolBytes);
        var (row, left) = (new byte[columns * bytes], segments.Sum(segment => segment.Rows));
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            for (var at = 0; at < segment.Cells.Count; at += columns)
            {
                for (var c = 0; c < columns; c++)
                    if (bytes == 1) row[c] = (byte)segment.Cells[at + c].Symbol;
                    else BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(sizeof(ushort) * c), (ushort)segment.Cells[at + c].Symbol);
                if (blocks.Count == 0 || blocks[^1].IsFull) blocks.Add(new ItemBlock(code.Sized, Math.Min(BlockPlan.Capacity(columns), left), bytes) { IsPart = true });
                blocks[^1].Add(row, 0, i);
                left--;
            }
        }
        new BlockEncoder(code.Threads, code.Batch).SetShares(blocks, null, cancellation);
        return blocks;
    }

    static void WriteNumbers(NumberCoder numbers, TableSegment segment, TableTokens tokens)
    {
        if (segment.Form is null) return;
        var (spelling, columns, next) = (new CellSpelling(tokens, segment.Form), segment.Columns, new int[segment.Columns.Length]);
        for (var row = 0; row < segment.Rows; row++)
            for (var c = 0; c < columns.Length; c++)
                if (next[c] < columns[c].Exceptions.Count && columns[c].Exceptions[next[c]].Row == row) next[c]++;
                else if (segment.Cells[row * columns.Length + c] is var cell && spelling.IsNumber(c, cell.Symbol)) numbers.Code(c, cell, spelling, columns[c].HasForms);
    }

    static void Write(RangeEncoder encoder, ReadOnlySpan<byte> bytes)
    {
        var model = new ByteModel();
        foreach (var value in bytes) model.Encode(encoder, value);
    }

    // Of each column a cell a row, each up to the end of a line outside quotes.
    static byte[][] ReadOthers(RangeDecoder decoder, TableSegment segment, ref long left)
    {
        var others = new byte[segment.Rows == 0 ? 0 : segment.Form!.Others.Count][];
        for (var i = 0; i < others.Length; i++)
        {
            var (model, cells, quoted) = (new ByteModel(), new List<byte>(), false);
            for (var rows = 0; rows < segment.Rows;)
            {
                Require(left-- > 0);
                var value = model.Decode(decoder);
                cells.Add(value);
                quoted ^= value == '"';
                if (value == '\n' && !quoted) rows++;
            }
            others[i] = [.. cells];
        }
        return others;
    }
}
