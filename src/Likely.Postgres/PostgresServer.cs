using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Likely.Files;
using Npgsql;

namespace Likely.Postgres;

/// <summary>A PostgreSQL server, its failures as one sentence, and how codes are told to it: those of up to 28 bits as whole numbers, which an index of the table finds, longer ones as strings of bits.</summary>
sealed class PostgresServer : IDisposable
{
    /// <summary>Behind the name of a table that is being filled.</summary>
    public const string Unfinished = "_new";

    const int LongestName = 63;

    readonly NpgsqlDataSource _source;
    readonly string _place;

    PostgresServer(NpgsqlConnectionStringBuilder settings)
    {
        if (!settings.ContainsKey("Command Timeout")) settings.CommandTimeout = 0; // a copy takes as long as it takes, and is ended by who waits for it
        _place = $"{settings.Host ?? "localhost"}{(settings.Database is { } database ? $"/{database}" : "")}";
        Settings = Kept(settings);
        // The slim one: no types are found by reflection.
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays();
        _source = builder.Build();
    }

    /// <summary>How it is reached, and nothing else that a connection may say, such as passwords.</summary>
    public string Settings { get; }

    static string Kept(NpgsqlConnectionStringBuilder settings)
    {
        var kept = new NpgsqlConnectionStringBuilder { Host = settings.Host };
        foreach (var key in (string[])["Port", "Database", "Username", "SSL Mode"])
            if (settings.ContainsKey(key)) kept[key] = settings[key];
        return kept.ConnectionString;
    }

    /// <exception cref="UsageException">That is no connection string.</exception>
    public static PostgresServer Of(string connection)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection);
            if (settings.Host is null) throw new UsageException("the connection names no host; it is words such as Host=localhost;Database=NAME;Username=NAME, and the password is better in PGPASSWORD or ~/.pgpass");
            return new PostgresServer(settings);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new UsageException($"'{connection}' is no connection to PostgreSQL ({fault.Message.TrimEnd('.')}); it is words such as Host=localhost;Database=NAME;Username=NAME");
        }
    }

    /// <summary>The name of a table for an index in a file of this name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What the index is known by, of which some digits make the name its own.</param>
    public static string TableOf(string path, string identity)
    {
        const int Digits = 12;
        var name = string.Concat("likely_", Path.GetFileNameWithoutExtension(path).ToLowerInvariant()).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_').ToArray();
        // Of the place too: two files with the same items are two indexes, and writing one anew must not take the other's table.
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\n{Path.GetFullPath(path)}")));
        return $"{new string(name, 0, Math.Min(name.Length, LongestName - Digits - 1 - Unfinished.Length))}_{digest[..Digits]}";
    }

    /// <summary>Does something on a connection of its own.</summary>
    /// <param name="consequence">What its failing means, behind a semicolon.</param>
    /// <param name="work">Does it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">The server refused, is not there, or went away.</exception>
    public T Ask<T>(string consequence, Func<NpgsqlConnection, T> work, CancellationToken cancellation)
    {
        try
        {
            using var connection = Connect(cancellation);
            return work(connection);
        }
        catch (Exception fault) when (IsFailure(fault))
        {
            throw Explain(fault, consequence, cancellation);
        }
    }

    public NpgsqlConnection Connect(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _source.OpenConnection();
    }

    public static bool IsFailure(Exception fault) => fault is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException { InnerException: NpgsqlException };

    /// <summary>The sentence for it; or that it was ended, if it was.</summary>
    public Exception Explain(Exception fault, string consequence, CancellationToken cancellation)
        => cancellation.IsCancellationRequested ? new OperationCanceledException(fault.Message, fault, cancellation)
            : new DataException($"the PostgreSQL server at {_place} {(fault is PostgresException { SqlState: not ("57P01" or "57P02" or "57P03") } refused ? $"refused: {refused.MessageText.TrimEnd('.')}{(IsPassword(fault) ? Password : "")}" : $"does not answer, or went away ({(fault.InnerException ?? fault).Message.TrimEnd('.')}){(IsPassword(fault) ? Password : "")}")}; {consequence}", fault);

    const string Password = "; the password is taken from the environment variable PGPASSWORD, from ~/.pgpass, or from Password= in the connection, which is not kept";

    static bool IsPassword(Exception fault) => fault is PostgresException { SqlState: "28P01" or "28000" } || fault.Message.Contains("password", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if codes of so many bits are whole numbers.</summary>
    public static bool IsAddress(int bits) => bits <= AddressTable.Longest;

    /// <summary>A code's bits, the first one first.</summary>
    public static BitArray Bits(ReadOnlySpan<ulong> code, int bits)
    {
        var array = new BitArray(bits);
        for (var k = 0; k < bits; k++) array[k] = (code[k >> 6] >> (k & 63) & 1) == 1;
        return array;
    }

    /// <summary>The way back.</summary>
    public static void Pack(BitArray bits, Span<ulong> code)
    {
        code.Clear();
        for (var k = 0; k < Math.Min(bits.Length, 64 * code.Length); k++)
            if (bits[k]) code[k >> 6] |= 1UL << (k & 63);
    }

    /// <summary>The same as text.</summary>
    public static string BitText(ReadOnlySpan<ulong> code, int bits)
    {
        var text = new char[bits];
        for (var k = 0; k < bits; k++) text[k] = (code[k >> 6] >> (k & 63) & 1) == 1 ? '1' : '0';
        return new string(text);
    }

    /// <summary>A name in the server's language.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The type of the column of codes.</summary>
    public static string TypeOf(int bits) => IsAddress(bits) ? "integer" : string.Create(CultureInfo.InvariantCulture, $"bit({bits})");

    public void Dispose() => _source.Dispose();
}
