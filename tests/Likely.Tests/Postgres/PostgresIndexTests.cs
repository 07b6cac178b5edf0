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
        using var writer = PostgresWriter.Open(server.Connection, path, overwrite);
        writer.Fill(builder, bits);
        return builder.Write(path, new IndexDescription { Bits = bits, Count = builder.Count, ClassNames = ["a", "b"], Server = writer.Settings, ServerTable = writer.Table }, overwrite, check: writer.Commit);
    }

    long Tables(string name)
    {
        using var source = NpgsqlDataSource.Create(server.Connection);
        using var command = source.CreateCommand($"select count(*) from pg_tables where tablename = '{name}'");
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

    [PostgresFact]
    public void A_table_that_is_there_is_replaced_only_if_it_may_be_and_stays_if_the_new_one_fails()
    {
        Write(Builder(16, 40), 16, "kept.lki");
        Assert.Contains("likely_kept is there already", Assert.Throws<UsageException>(() => PostgresWriter.Open(server.Connection, _folder["kept.lki"], false)).Message, StringComparison.Ordinal);
        using (var writer = PostgresWriter.Open(server.Connection, _folder["kept.lki"], true))
        {
            writer.Fill(Builder(16, 90), 16); // and nobody commits
        }
        using (var writer = PostgresWriter.Open(server.Connection, _folder["kept.lki"], true))
        {
            using var source = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => writer.Fill(Builder(16, 9000), 16, done =>
            {
                if (done > 0.3) source.Cancel();
            }, source.Token));
        }
        using var file = IndexFile.Open(_folder["kept.lki"]);
        using (var index = PostgresIndex.Open(file.Description)) Assert.Equal(40, index.Description.Count);
        Write(Builder(16, 90), 16, "kept.lki", overwrite: true);
        Assert.Contains("has 90 codes, and the index says 40", Assert.Throws<DataException>(() => PostgresIndex.Open(file.Description)).Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public void A_server_that_goes_away_half_way_is_one_sentence_and_leaves_nothing()
    {
        try
        {
            using (var writer = PostgresWriter.Open(server.Connection, _folder["lost.lki"], false))
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
            Assert.Contains("does not answer", Assert.Throws<DataException>(() => PostgresWriter.Open(server.Connection, _folder["lost.lki"], false)).Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Start();
        }
        Assert.Equal(0, Tables("likely_lost"));
        Assert.False(File.Exists(_folder["lost.lki"]));
    }

    [PostgresFact]
    public void Passwords_are_not_kept_and_names_of_tables_are_plain()
    {
        using var writer = PostgresWriter.Open($"{server.Connection};Password=secret", _folder["My photos (2).lki"], false);
        Assert.DoesNotContain("secret", writer.Settings, StringComparison.Ordinal);
        Assert.Equal("likely_my_photos__2_", writer.Table);
    }
}
