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
            var count = index._server.Ask(Unknown, open =>
            {
                using var command = new NpgsqlCommand("select to_regclass($1) is not null", open) { Parameters = { new() { Value = index._table, NpgsqlDbType = NpgsqlDbType.Text } } };
                if (command.ExecuteScalar() is not true) throw new DataException($"the server has no table {description.ServerTable}, which the index names; index the data again");
                using var counting = new NpgsqlCommand($"select count(*) from {index._table}", open);
                return (long)counting.ExecuteScalar()!;
            }, cancellation);
            return count == description.Count ? index : throw new DataException($"the table {description.ServerTable} has {count} codes, and the index says {description.Count}; index the data again");
        }
        catch
        {
            index.Dispose();
            throw;
        }
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
