using Likely.Files;
using Likely.Models;
using Npgsql;
using NpgsqlTypes;

namespace Likely.Postgres;

/// <summary>
/// Writes an index into a table (id, code, name, label) in one transaction: the table that was there, if it may be replaced, is there for others until the new one is whole, and stays if anything goes wrong.
/// </summary>
public sealed class PostgresWriter : IDisposable
{
    const int Often = 4096; // rows between looks at whether it is to end
    const string Nothing = "nothing was written";

    readonly PostgresServer _server;
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;

    PostgresWriter(PostgresServer server, string table) => (_server, Table) = (server, table);

    /// <summary>The table's name.</summary>
    public string Table { get; }

    /// <summary>How the server is reached, without a password.</summary>
    public string Settings => _server.Settings;

    /// <summary>Refuses what could not be written, before the work is done.</summary>
    /// <param name="connection">As Npgsql takes it.</param>
    /// <param name="path">The index's file, which names the table.</param>
    /// <param name="overwrite">Whether the table may be there before.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UsageException">That is no connection, or the table is there.</exception>
    /// <exception cref="DataException">The server does not answer.</exception>
    public static PostgresWriter Open(string connection, string path, bool overwrite, CancellationToken cancellation = default)
    {
        var writer = new PostgresWriter(PostgresServer.Of(connection), PostgresServer.TableOf(path));
        try
        {
            writer._server.Ask(Nothing, open =>
            {
                using var command = new NpgsqlCommand("select to_regclass($1) is not null", open) { Parameters = { new() { Value = PostgresServer.Quote(writer.Table), NpgsqlDbType = NpgsqlDbType.Text } } };
                if (!overwrite && command.ExecuteScalar() is true) throw new UsageException($"the table {writer.Table} is there already") { Remedy = Remedy.Overwrite };
                return 0;
            }, cancellation);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Fills the table, which nobody sees before <see cref="Commit"/>.</summary>
    /// <param name="items">Codes, names and labels.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="progress">Told which share is done.</param>
    /// <param name="cancellation">Ends it early; nothing is written then.</param>
    /// <exception cref="DataException">The server refused or went away; nothing is written then.</exception>
    public void Fill(IndexBuilder items, int bits, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        try
        {
            _connection = _server.Connect(cancellation);
            _transaction = _connection.BeginTransaction();
            var (table, words) = (PostgresServer.Quote(Table), BinaryCodes.Words(bits));
            Execute($"drop table if exists {table}");
            Execute($"create table {table} (id integer not null, code {PostgresServer.TypeOf(bits)} not null, name text not null, label integer)");
            using (var copy = _connection.BeginBinaryImport($"copy {table} (id, code, name, label) from stdin (format binary)"))
            {
                for (var id = 0; id < items.Count; id++)
                {
                    if (id % Often == 0)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        progress?.Invoke((double)id / items.Count);
                    }
                    var code = items.Codes.Slice(id * words, words);
                    copy.StartRow();
                    copy.Write(id, NpgsqlDbType.Integer);
                    if (PostgresServer.IsAddress(bits)) copy.Write((int)code[0], NpgsqlDbType.Integer);
                    else copy.Write(PostgresServer.Bits(code, bits), NpgsqlDbType.Bit);
                    copy.Write(items.Name(id).Replace("\0", "", StringComparison.Ordinal), NpgsqlDbType.Text); // which the server cannot hold
                    if (items.Label(id) >= 0) copy.Write(items.Label(id), NpgsqlDbType.Integer);
                    else copy.WriteNull();
                }
                copy.Complete();
            }
            cancellation.ThrowIfCancellationRequested();
            Execute($"alter table {table} add primary key (id)");
            if (PostgresServer.IsAddress(bits)) Execute($"create index on {table} (code)");
            Execute($"analyze {table}");
            progress?.Invoke(1);
        }
        catch (Exception fault) when (PostgresServer.IsFailure(fault))
        {
            throw _server.Explain(fault, Nothing, cancellation);
        }

        void Execute(string text)
        {
            using var command = new NpgsqlCommand(text, _connection, _transaction);
            using var end = cancellation.Register(command.Cancel);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Lets everybody see the table.</summary>
    /// <exception cref="DataException">The server went away; nothing is written then.</exception>
    public void Commit()
    {
        try
        {
            _transaction!.Commit();
        }
        catch (Exception fault) when (PostgresServer.IsFailure(fault))
        {
            throw _server.Explain(fault, Nothing, default);
        }
    }

    public void Dispose()
    {
        try
        {
            _transaction?.Dispose();
            _connection?.Dispose();
        }
        catch (Exception fault) when (PostgresServer.IsFailure(fault))
        {
            // The server is gone, and with it what was not committed.
        }
        _server.Dispose();
    }
}
