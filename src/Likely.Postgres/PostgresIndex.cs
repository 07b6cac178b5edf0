using System.Collections.Concurrent;
using System.Globalization;
using Likely.Files;
using Npgsql;
using NpgsqlTypes;

namespace Likely.Postgres;

/// <summary>
/// An index whose codes are on a PostgreSQL server. Codes of up to 28 bits are asked for by equality with the addresses of the ball around the query, distance by distance, which the table's index answers; where these would be too many, and for
/// longer codes, the server counts the bits of the difference of every code.
/// </summary>
public sealed class PostgresIndex : CodeIndex
{
    const double MostAddresses = 8192;
    const int Often = 4096; // rows between tellings how far it is
    const string Unknown = "nothing was found out";

    readonly PostgresServer _server;
    readonly string _table;
    readonly ConcurrentDictionary<int, (string Name, int Label)> _items = new();

    PostgresIndex(PostgresServer server, IndexDescription description) => (_server, Description, _table) = (server, description, PostgresServer.Quote(description.ServerTable));

    public override IndexDescription Description { get; }

    /// <summary>The index that a file describes.</summary>
    /// <param name="description">Of the file.</param>
    /// <param name="connection">As Npgsql takes it; null: the one that the file names, with the password from PGPASSWORD or ~/.pgpass if it needs one.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">The server does not answer, or does not have it.</exception>
    /// <exception cref="UsageException">That is no connection.</exception>
    public static PostgresIndex Open(IndexDescription description, string? connection = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (description.ServerTable.Length == 0) throw new UsageException("the index has its codes in its file, and not on a server");
        var index = new PostgresIndex(PostgresServer.Of(connection ?? description.Server), description);
        try
        {
            index._server.Ask(Unknown, open =>
            {
                var (exists, mark) = TableMark.Read(open, null, description.ServerTable);
                if (!exists) throw new DataException($"the server has no table {description.ServerTable}, which the index names; index the data again");
                if (description.ServerIdentity.Length > 0 && mark != TableMark.Of(description))
                    throw new DataException($"the table {description.ServerTable} {(mark is null ? "does not say that it is an index's" : $"holds another index, of {mark.Count} codes of {mark.Bits} bits")}, and not the {description.Count} codes of {description.Bits} bits that the file was written with; index the data again");
                return 0;
            }, cancellation);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Reads all of the table, and compares how many items it has and what they are with what the file says.</summary>
    /// <param name="progress">Told which share is done.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">They differ, the server does not answer, or the file is from before this was kept.</exception>
    public void Verify(Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var own = Description;
        if (own.ServerIdentity.Length == 0) throw new DataException($"the file does not say what the table {own.ServerTable} holds, as it was written before that was kept, and the table cannot be verified; index the data again");
        _server.Ask(Unknown, open =>
        {
            using var digest = new IndexDigest(own.Identity, own.Bits);
            using var command = new NpgsqlCommand($"select id, code, name, label from {_table} order by id", open);
            using var end = cancellation.Register(command.Cancel);
            using var reader = command.ExecuteReader();
            var (count, code) = (0L, new ulong[Models.BinaryCodes.Words(own.Bits)]);
            for (; reader.Read(); count++)
            {
                if (count % Often == 0) progress?.Invoke(Math.Min(1, count / Math.Max(1.0, own.Count)));
                if (reader.GetInt32(0) != count) break;
                if (PostgresServer.IsAddress(own.Bits)) code[0] = (uint)reader.GetInt32(1);
                else PostgresServer.Pack(reader.GetFieldValue<System.Collections.BitArray>(1), code);
                digest.Add(code, reader.GetString(2), reader.IsDBNull(3) ? -1 : reader.GetInt32(3));
            }
            if (count != own.Count || digest.Finish() != own.ServerIdentity) throw new DataException($"the table {own.ServerTable} is damaged: {(count != own.Count ? $"items 0 to {own.Count - 1} are not all there, or there are more" : "its items are not those that were written")}; index the data again");
            return 0;
        }, cancellation);
    }

    public override string Name(int id) => Item(id).Name;

    public override int Label(int id) => Item(id).Label;

    (string Name, int Label) Item(int id)
    {
        if ((uint)id >= (uint)Description.Count) throw new ArgumentOutOfRangeException(nameof(id), id, $"there are {Description.Count} items, from 0 on");
        return _items.GetOrAdd(id, asked => _server.Ask(Unknown, open =>
        {
            using var command = new NpgsqlCommand($"select name, label from {_table} where id = $1", open) { Parameters = { new() { Value = asked, NpgsqlDbType = NpgsqlDbType.Integer } } };
            using var reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetString(0), reader.IsDBNull(1) ? -1 : reader.GetInt32(1)) : throw new DataException($"the table {Description.ServerTable} has no item {asked}; index the data again");
        }, default));
    }

    protected override IReadOnlyList<Neighbour> Find(ReadOnlySpan<ulong> code, int radius, int most, CancellationToken cancellation)
    {
        var bits = Description.Bits;
        var own = code.ToArray();
        return _server.Ask(Unknown, open => PostgresServer.IsAddress(bits) ? ByAddress(open, own[0], radius, most, cancellation) : ByDifference(open, PostgresServer.BitText(own, bits), radius, most, cancellation), cancellation);
    }

    List<Neighbour> ByAddress(NpgsqlConnection open, ulong code, int radius, int most, CancellationToken cancellation)
    {
        var (found, asked, bits) = (new List<Neighbour>(), 0.0, Description.Bits);
        for (var distance = 0; distance <= radius && found.Count < most; distance++)
        {
            if ((asked += HammingBall.Size(bits, distance)) > Math.Min(MostAddresses, Description.Count + 1.0)) return ByDifference(open, PostgresServer.BitText([code], bits), radius, most, cancellation);
            var addresses = new List<int>();
            foreach (var change in new HammingBall(bits, distance)) addresses.Add((int)(code ^ change));
            using var command = new NpgsqlCommand($"select id, name, label from {_table} where code = any($1) order by id limit $2", open)
            {
                Parameters = { new() { Value = addresses.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer }, new() { Value = most - found.Count, NpgsqlDbType = NpgsqlDbType.Integer } },
            };
            using var end = cancellation.Register(command.Cancel);
            using var reader = command.ExecuteReader();
            while (reader.Read()) found.Add(new Neighbour(Keep(reader, 1), distance));
        }
        return found;
    }

    List<Neighbour> ByDifference(NpgsqlConnection open, string code, int radius, int most, CancellationToken cancellation)
    {
        var bits = Description.Bits;
        // A whole number's last bits are its code's, the first one last, and all others agree.
        var difference = PostgresServer.IsAddress(bits) ? "bit_count((code # $1)::bit(32))" : string.Create(CultureInfo.InvariantCulture, $"bit_count(code # $1::text::bit({bits}))");
        using var command = new NpgsqlCommand($"select id, distance, name, label from (select id, {difference} as distance, name, label from {_table}) as all_codes where distance <= $2 order by distance, id limit $3", open)
        {
            Parameters =
            {
                PostgresServer.IsAddress(bits) ? new() { Value = Address(code), NpgsqlDbType = NpgsqlDbType.Integer } : new() { Value = code, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = radius, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = most, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };
        using var end = cancellation.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        var found = new List<Neighbour>();
        while (reader.Read()) found.Add(new Neighbour(Keep(reader, 2), (int)reader.GetInt64(1)));
        return found;
    }

    static int Address(string bits)
    {
        var address = 0;
        for (var k = 0; k < bits.Length; k++)
            if (bits[k] == '1') address |= 1 << k;
        return address;
    }

    int Keep(NpgsqlDataReader reader, int column)
    {
        var id = reader.GetInt32(0);
        _items[id] = (reader.GetString(column), reader.IsDBNull(column + 1) ? -1 : reader.GetInt32(column + 1));
        return id;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _server.Dispose();
    }
}
