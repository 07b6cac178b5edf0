using System.IO.Compression;
using System.Text;
using Likely.Files;
using nietras.SeparatedValues;

namespace Likely.Data;

/// <summary>Reads the rows of a table one after another, from a file packed or not, in memory that does not grow with it.</summary>
sealed class TableReader(string path, Dialect dialect)
{
    static readonly UTF8Encoding _utf8 = new(false, throwOnInvalidBytes: true);

    // Characters that the dialect is told by.
    const int HeadLength = 1 << 16;

    public string Path => path;

    public Dialect Dialect => dialect;

    /// <summary>The dialect of a file; null if it is no table.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public static Dialect? DialectOf(string path)
    {
        var (buffer, count) = (new char[HeadLength], 0);
        try
        {
            using var reader = Open(path, _utf8);
            count = reader.ReadBlock(buffer);
        }
        catch (DecoderFallbackException)
        {
            using var reader = Open(path, Encoding.Latin1);
            count = reader.ReadBlock(buffer);
            return Dialect.Of(new string(buffer, 0, count), isWhole: count < HeadLength) is null ? null : throw NoUtf8(path);
        }
        var (head, isWhole) = (new string(buffer, 0, count), count < HeadLength);
        var dialect = Dialect.Of(head, isWhole);
        // A quote that the first line leaves open takes all lines for one cell.
        if (dialect is null && head.AsSpan(0, Math.Max(0, head.IndexOf('\n'))).Count('"') % 2 == 1 && Dialect.Of(head.Replace("\"", ""), isWhole) is not null) throw new DataException($"'{path}', line 1, has a quote that is not closed.");
        return dialect;
    }

    /// <summary>Hands out each row of cells and its number, from 0; blank rows are passed over. Of a table with names of columns they are not a row.</summary>
    /// <exception cref="DataException">if it cannot be read, or a row has more or fewer cells than the others</exception>
    public string[] Read(RowTaker take, CancellationToken cancellation, int most = int.MaxValue)
    {
        string[]? names = null;
        var line = 1;
        try
        {
            using var text = Open(path, _utf8);
            using var rows = Sep.New(dialect.Separator).Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true }).From(text);
            var (count, width) = (0L, 0);
            foreach (var row in rows)
            {
                if (count % 1024 == 0) cancellation.ThrowIfCancellationRequested();
                line = row.LineNumberToExcl;
                if (row.Span.Contains('"') && QuoteFault(row.Span, row.LineNumberFrom) is { } fault) throw fault;
                if (row.ColCount == 1 && width != 1 && row[0].Span.Trim().IsEmpty) continue;
                if (names is null)
                {
                    width = row.ColCount;
                    names = dialect.HasHeader ? Named(row) : [.. Enumerable.Range(1, width).Select(i => $"x{i}")];
                    if (dialect.HasHeader) continue;
                }
                if (row.ColCount != width) throw new DataException($"'{path}', {Where(count)}, has {row.ColCount} cells, and the rows before it have {width}.");
                take(row, count++);
                if (count >= most) break;
            }
        }
        catch (DecoderFallbackException)
        {
            throw NoUtf8(path);
        }
        catch (NotSupportedException error)
        {
            throw new DataException($"'{path}', line {line}, begins a row that is longer than any can be; a quote there may not be closed.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw new DataException($"'{path}' cannot be read as a table: {error.Message.Split('\n')[0].TrimEnd('.', '\r')}.", error);
        }
        return names ?? throw new DataException($"'{path}' has no row.");
    }

    /// <summary>The same in blocks: while one is worked on, the next is read. Of several faults the first in order is thrown.</summary>
    /// <param name="work">What is done to a block, on another thread at most once at a time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DataException">As above, and what the work throws.</exception>
    public string[] ReadBlocks(Action<RowBlock> work, CancellationToken cancellation)
    {
        var (block, other, pending) = (new RowBlock(), new RowBlock(), Task.CompletedTask);
        string[] names;
        try
        {
            names = Read((row, number) =>
            {
                if (block.IsFull)
                {
                    pending.GetAwaiter().GetResult();
                    var full = block;
                    pending = Task.Run(() => work(full), CancellationToken.None);
                    (block, other) = (other, block);
                    block.Clear();
                }
                block.Add(row, number);
            }, cancellation);
        }
        finally
        {
            pending.GetAwaiter().GetResult();
        }
        if (block.Count > 0) work(block);
        return names;
    }

    /// <summary>What is said of a table that has names of columns alone.</summary>
    public static DataException NoRow(string path) => new($"'{path}' is a table without rows: it has names of columns and no row below them.");

    static DataException NoUtf8(string path) => new($"'{path}' is a table in another encoding than UTF-8, such as that of an old Windows program; save it as UTF-8.");

    // What is wrong with the quotes of a row that begins in a line: one that is not closed, or that opens within a cell and goes on to the next line, takes rows for a cell.
    DataException? QuoteFault(ReadOnlySpan<char> row, int line)
    {
        var (opened, crossed, isOpen, isQuoted, isStart) = (line, 0, false, false, true); // where a quote opened, and the first one that lines ended in
        foreach (var c in row)
        {
            if (c == '"')
            {
                if (!isOpen) (opened, isQuoted) = (line, isQuoted || isStart);
                (isOpen, isStart) = (!isOpen, false);
            }
            else if (c == '\n')
            {
                if (isOpen && crossed == 0) crossed = opened;
                line++;
                if (isOpen && !isQuoted) return new DataException($"'{path}', line {opened}, has a quote within a cell that is not closed in this line; write it twice, and the cell in quotes.");
            }
            else if (!isOpen && c == dialect.Separator) (isQuoted, isStart) = (false, true);
            else if (c != ' ') isStart = false;
        }
        return isOpen ? new DataException($"'{path}', line {(crossed > 0 ? crossed : opened)}, has a quote that is not closed.") : null;
    }

    /// <summary>A row as messages call it.</summary>
    public static string Where(long row) => $"row {row + 1}";

    public delegate void RowTaker(SepReader.Row row, long number);

    static string[] Named(SepReader.Row row)
    {
        var names = new string[row.ColCount];
        for (var c = 0; c < names.Length; c++)
        {
            var name = row[c].Span.Trim().ToString();
            if (name.Length == 0) name = $"x{c + 1}";
            // Of columns of one name the second is NAME.2.
            var unique = name;
            for (var n = 2; names.AsSpan(0, c).Contains(unique); n++) unique = $"{name}.{n}";
            names[c] = unique;
        }
        return names;
    }

    static StreamReader Open(string path, Encoding encoding)
    {
        Stream file = RegularFile.OpenRead(path);
        try
        {
            if (file.ReadByte() == 0x1F && file.ReadByte() == 0x8B)
            {
                file.Position = 0;
                return new StreamReader(new GZipStream(file, CompressionMode.Decompress), encoding);
            }
            file.Position = 0;
            return new StreamReader(file, encoding);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
