using System.Numerics;
using Likely.Data;
using Likely.Files;
using Likely.Models;
using Likely.Postgres;
using Likely.Tensors;
using Likely.Tests.Archives;
using Npgsql;
using Xunit;

namespace Likely.Tests.Postgres;

/// <summary>The index on a server finds what the one in a file finds; a server that goes away half-way is one sentence, and nothing is left.</summary>
[Collection(nameof(TestServer))]
public sealed class PostgresIndexTests(TestServer server) : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static IndexBuilder Builder(int bits, int count)
    {
        var model = new Checkpoint(new LshConfig { Bits = bits }.Fit(Rows.Of(new float[,] { { 1, 0, 2 }, { 0, 1, 1 } })), [], "as=vectors");
        var (builder, random, words) = (new IndexBuilder(model, count), new Philox(2, RandomPurpose.Test), BinaryCodes.Words(bits));
        var codes = new ulong[count * words];
        for (var i = 0; i < count; i++)
            for (var k = 0; k < bits; k++)
                if (random.Below((ulong)(i % 20), (ulong)k, 2) == 1 ^ random.Below((ulong)i + 50, (ulong)k, 10) == 0) codes[i * words + (k >> 6)] |= 1UL << (k & 63);
        builder.Add(codes, id => ($"item \"{id}\" é", id % 3 - 1));
        return builder;
    }

    IndexDescription Write(IndexBuilder builder, int bits, string name, bool overwrite = false)
    {
        var path = _folder[name];
        using var writer = PostgresWriter.Open(server.Connection, path);
        writer.Fill(builder, bits);
        return builder.Write(path, new IndexDescription { Bits = bits, Count = builder.Count, ClassNames = ["a", "b"], Server = writer.Settings, ServerTable = writer.Table, ServerIdentity = writer.Identity }, overwrite, check: writer.Commit);
    }

    long Tables(string name)
    {
        using var source = NpgsqlDataSource.Create(server.Connection);
        using var command = source.CreateCommand($"select count(*) from pg_tables where tablename like '{name}'");
        return (long)command.ExecuteScalar()!;
    }

    [PostgresFact]
    public void A_table_finds_what_a_file_finds()
    {
        foreach (var (bits, count) in new[] { (12, 700), (28, 3000), (29, 500), (64, 900), (100, 300) })
        {
            var builder = Builder(bits, count);
            Write(builder, bits, $"table{bits}.lki");
            builder.Write(_folder["file.lki"], new IndexDescription { Bits = bits, Count = count, ClassNames = ["a", "b"] }, overwrite: true);
            using var file = IndexFile.Open(_folder["file.lki"]);
            using var described = IndexFile.Open(_folder[$"table{bits}.lki"]);
            using var table = PostgresIndex.Open(described.Description);
            Assert.Equal("on a server", described.Description.Access);
            foreach (var query in new[] { 0, 17, count - 1 })
                foreach (var (radius, most) in new[] { (0, 5), (2, int.MaxValue), (4, 10), (bits, 12) })
                {
                    var found = table.Search(file.Code(query), radius, most);
                    Assert.Equal(file.Search(file.Code(query), radius, most), found);
                    Assert.All(found, one => Assert.Equal((file.Name(one.Id), file.Label(one.Id)), (table.Name(one.Id), table.Label(one.Id))));
                }
            Assert.Equal(file.Name(3), table.Name(3));
        }
    }

    void Execute(string command)
    {
        using var source = NpgsqlDataSource.Create(server.Connection);
        using var own = source.CreateCommand(command);
        own.ExecuteNonQuery();
    }

    [PostgresFact]
    public void A_table_stays_if_what_is_to_replace_it_fails_and_is_dropped_when_it_is_replaced()
    {
        var before = Write(Builder(16, 40), 16, "kept.lki");
        using (var writer = PostgresWriter.Open(server.Connection, _folder["kept.lki"]))
        {
            writer.Fill(Builder(16, 90), 16); // and nobody commits; meanwhile others may read
            using var index = PostgresIndex.Open(before);
            index.Verify();
        }
        using (var writer = PostgresWriter.Open(server.Connection, _folder["kept.lki"]))
        {
            using var source = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => writer.Fill(Builder(16, 9000), 16, done =>
            {
                if (done > 0.3) source.Cancel();
            }, source.Token));
        }
        using (var index = PostgresIndex.Open(before)) Assert.Equal(40, index.Description.Count);
        var after = Write(Builder(16, 90), 16, "kept.lki", overwrite: true);
        Assert.NotEqual(before.ServerTable, after.ServerTable);
        Assert.Equal((0, 1), (Tables(before.ServerTable), Tables(after.ServerTable)));
        Assert.Contains($"no table {before.ServerTable}", Assert.Throws<DataException>(() => PostgresIndex.Open(before)).Message, StringComparison.Ordinal);
        Assert.Equal(after.ServerTable, Write(Builder(16, 90), 16, "kept.lki", overwrite: true).ServerTable); // the same once more
        using (var index = PostgresIndex.Open(after)) index.Verify();
    }

    [PostgresFact]
    public void A_file_answers_from_its_own_table_alone()
    {
        // Files of one name in two folders, of two models' codes.
        Directory.CreateDirectory(_folder["one"]);
        Directory.CreateDirectory(_folder["two"]);
        IndexDescription one = Write(Builder(12, 30), 12, "one/same.lki"), two = Write(Builder(40, 30), 40, "two/same.lki");
        foreach (var description in new[] { one, two })
        {
            using var index = PostgresIndex.Open(description);
            index.Verify();
        }
        // Another index's table under its name, one that says nothing, one that lacks an item, and one whose item was changed.
        Execute($"drop table {one.ServerTable}; alter table {two.ServerTable} rename to {one.ServerTable}");
        Assert.Contains("holds another index, of 30 codes of 40 bits", Assert.Throws<DataException>(() => PostgresIndex.Open(one)).Message, StringComparison.Ordinal);
        Execute($"comment on table {one.ServerTable} is null");
        Assert.Contains("does not say", Assert.Throws<DataException>(() => PostgresIndex.Open(one)).Message, StringComparison.Ordinal);
        foreach (var (change, words) in new[] { ("update {0} set name = 'x' where id = 3", "are not those"), ("update {0} set code = code # 1 where id = 3", "are not those"), ("delete from {0} where id = 3", "not all there"), ("insert into {0} values (30, 1, 'y', null)", "there are more") })
        {
            var whole = Write(Builder(12, 30), 12, "whole.lki", overwrite: true);
            Execute(change.Replace("{0}", whole.ServerTable, StringComparison.Ordinal));
            using var index = PostgresIndex.Open(whole);
            Assert.Contains(words, Assert.Throws<DataException>(() => index.Verify()).Message, StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public void No_table_of_others_is_replaced_or_dropped()
    {
        var own = Write(Builder(16, 20), 16, "mine.lki");
        Execute($"comment on table {own.ServerTable} is 'invoices'");
        Write(Builder(16, 25), 16, "mine.lki", overwrite: true);
        Assert.Equal(1, Tables(own.ServerTable));
        Assert.Contains("does not say that it is an index's", Assert.Throws<UsageException>(() => Write(Builder(16, 20), 16, "mine.lki", overwrite: true)).Message, StringComparison.Ordinal);
        Assert.Equal(1, Tables(own.ServerTable));
    }

    [PostgresFact]
    public void A_server_that_goes_away_half_way_is_one_sentence_and_leaves_nothing()
    {
        try
        {
            using (var writer = PostgresWriter.Open(server.Connection, _folder["lost.lki"]))
            {
                var stopped = false;
                var fault = Assert.Throws<DataException>(() => writer.Fill(Builder(64, 40_000), 64, done =>
                {
                    if (done > 0.5 && !stopped) server.Stop();
                    stopped |= done > 0.5;
                }));
                Assert.Contains("went away", fault.Message, StringComparison.Ordinal);
                Assert.EndsWith("nothing was written", fault.Message, StringComparison.Ordinal);
            }
            Assert.Contains("does not answer", Assert.Throws<DataException>(() => PostgresWriter.Open(server.Connection, _folder["lost.lki"])).Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Start();
        }
        Assert.Equal(0, Tables("likely_lost%"));
        Assert.False(File.Exists(_folder["lost.lki"]));
    }

    [PostgresFact]
    public void Files_of_one_name_and_content_in_two_places_have_a_table_each()
    {
        var names = new List<string>();
        foreach (var place in (string[])["here", "there", "here"])
        {
            Directory.CreateDirectory(_folder[place]);
            using var writer = PostgresWriter.Open(server.Connection, _folder[$"{place}/twice.lki"]);
            writer.Fill(Builder(16, 5), 16);
            writer.Commit();
            names.Add(writer.Table);
        }
        Assert.Equal(names[0], names[2]);
        Assert.NotEqual(names[0], names[1]);
        Assert.Equal(2, Tables("likely_twice%"));
    }

    [PostgresFact]
    public void Nothing_secret_is_kept_and_names_of_tables_are_plain()
    {
        using var writer = PostgresWriter.Open($"{server.Connection};Password=secret;Passfile=/secret;SSL Password=secret;Options=-c secret.x=1;SSL Mode=Prefer;Application Name=secret", _folder["My photos (2).lki"]);
        Assert.DoesNotContain("secret", writer.Settings, StringComparison.Ordinal);
        foreach (var kept in new[] { "Host=", "Username=likely", "Database=postgres", "SSL Mode=Prefer" }) Assert.Contains(kept, writer.Settings, StringComparison.Ordinal);
        writer.Fill(Builder(16, 5), 16);
        Assert.Matches("^likely_my_photos__2__[0-9a-f]{12}$", writer.Table);
    }
}
