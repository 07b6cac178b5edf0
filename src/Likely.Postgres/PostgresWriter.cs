using Likely.Files;
using Likely.Models;
using Npgsql;
using NpgsqlTypes;

namespace Likely.Postgres;

/// <summary>
/// Writes an index into a table (id, code, name, label) of its own name, whose comment says which index it is. It is filled under another name, so that nobody waits meanwhile; what the same file named before is dropped as the new
/// one gets its name, in one transaction, and stays if anything goes wrong. No table without an index's comment is touched.
/// </summary>
public sealed class PostgresWriter : IDisposable
{
    const int Often = 4096; // rows between looks at whether it is to end
    const string Nothing = "nothing was written";

    readonly PostgresServer _server;
    readonly string _path;
    readonly IndexDescription? _before; // what the file says that is to be replaced
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;

    PostgresWriter(PostgresServer server, string path, IndexDescription? before) => (_server, _path, _before) = (server, path, before);

    /// <summary>The table's name, once it is filled.</summary>
    public string Table { get; private set; } = "";

    /// <summary>What it is known by, likewise (<see cref="IndexDigest"/>).</summary>
    public string Identity { get; private set; } = "";

    /// <summary>How the server is reached, without a password.</summary>
    public string Settings => _server.Settings;

    /// <summary>Refuses what could not be written, before the work is done.</summary>
    /// <param name="connection">As Npgsql takes it.</param>
    /// <param name="path">The index's file, which names the table; if it is there, its table is replaced.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UsageException">That is no connection.</exception>
    /// <exception cref="DataException">The server does not answer.</exception>
    public static PostgresWriter Open(string connection, string path, CancellationToken cancellation = default)
    {
        var writer = new PostgresWriter(PostgresServer.Of(connection), path, Before(path));
        try
        {
            return writer._server.Ask(Nothing, _ => writer, cancellation);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    static IndexDescription? Before(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var file = IndexFile.Open(path);
            return file.Description.ServerTable.Length > 0 ? file.Description : null;
        }
        catch (Exception fault) when (fault is DataException or Models.SafetensorsException)
        {
            return null; // what is there is no index, and names no table
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
            Identity = items.Identity();
            Table = PostgresServer.TableOf(_path, Identity);
            RequireOwn();
            var (table, words) = (PostgresServer.Quote(Table + PostgresServer.Unfinished), BinaryCodes.Words(bits));
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
                    copy.Write(IndexDigest.NameOf(items.Name(id)), NpgsqlDbType.Text);
                    if (items.Label(id) >= 0) copy.Write(items.Label(id), NpgsqlDbType.Integer);
                    else copy.WriteNull();
                }
                copy.Complete();
            }
            cancellation.ThrowIfCancellationRequested();
            Execute($"alter table {table} add primary key (id)");
            if (PostgresServer.IsAddress(bits)) Execute($"create index on {table} (code)");
            Execute($"analyze {table}");
            Execute($"comment on table {table} is '{new TableMark(Identity, bits, items.Count)}'");
            progress?.Invoke(1);
        }
        catch (Exception fault) when (PostgresServer.IsFailure(fault))
        {
            throw _server.Explain(fault, Nothing, cancellation);
        }

        void Execute(string text) => this.Execute(text, cancellation);
    }

    // The same items under the same name may be there already; anything else of that name is somebody else's.
    void RequireOwn()
    {
        if (TableMark.Read(_connection!, _transaction, Table) is (true, null)) throw new UsageException($"the table {Table} is there, and does not say that it is an index's; give it another name, or the index");
    }

    void Execute(string text, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(text, _connection, _transaction);
        using var end = cancellation.Register(command.Cancel);
        command.ExecuteNonQuery();
    }

    /// <summary>Gives the table its name, drops the one that it replaces, and lets everybody see it.</summary>
    /// <exception cref="DataException">The server went away; nothing is written then.</exception>
    /// <exception cref="UsageException">Somebody has made a table of that name meanwhile.</exception>
    public void Commit()
    {
        try
        {
            RequireOwn();
            if (_before is not null && _before.ServerTable != Table && _before.ServerTable == PostgresServer.TableOf(_path, _before.ServerIdentity) && TableMark.Read(_connection!, _transaction, _before.ServerTable).Mark == TableMark.Of(_before)) Execute($"drop table {PostgresServer.Quote(_before.ServerTable)}", default);
            Execute($"drop table if exists {PostgresServer.Quote(Table)}", default);
            Execute($"alter table {PostgresServer.Quote(Table + PostgresServer.Unfinished)} rename to {PostgresServer.Quote(Table)}", default);
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
