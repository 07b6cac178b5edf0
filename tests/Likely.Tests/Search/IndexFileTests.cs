using System.Numerics;
using Likely.Files;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Search;

public sealed class IndexFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static Checkpoint Model(int bits) => new(new LshConfig { Bits = bits }.Fit(Rows.Of(new float[,] { { 1, 0, 2 }, { 0, 1, 1 } })), [], "as=vectors");

    // Clouds of codes about a few, so that there are near ones, equal ones and far ones.
    static ulong[] Codes(int bits, int count)
    {
        var (words, random) = (BinaryCodes.Words(bits), new Philox(7, RandomPurpose.Test, (ulong)bits));
        var codes = new ulong[count * words];
        for (var i = 0; i < count; i++)
            for (var k = 0; k < bits; k++)
            {
                var bit = random.UInt32((ulong)(i % 40), (ulong)k) & 1;
                if (random.Below((ulong)i + 100, (ulong)k, 12) == 0) bit ^= 1;
                codes[i * words + (k >> 6)] |= (ulong)bit << (k & 63);
            }
        return codes;
    }

    IndexFile Build(int bits, int count, string name = "some.lki")
    {
        var builder = new IndexBuilder(Model(bits), count);
        builder.Add(Codes(bits, count), id => ($"item {id}", id % 4 - 1));
        builder.Write(_folder[name], new IndexDescription { Bits = bits, Count = count, Source = "drawn", ClassNames = ["a", "b", "c"] }, overwrite: true);
        return IndexFile.Open(_folder[name]);
    }

    static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var sum = 0;
        for (var w = 0; w < a.Length; w++) sum += BitOperations.PopCount(a[w] ^ b[w]);
        return sum;
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(9, 3000)]
    [InlineData(20, 900)]
    [InlineData(22, 70_000)]
    [InlineData(28, 500)]
    [InlineData(64, 100)]
    [InlineData(64, 20_011)]
    [InlineData(70, 9000)]
    [InlineData(130, 8200)]
    [InlineData(64, 0)]
    public void Every_way_finds_what_going_over_all_codes_finds_in_the_same_order(int bits, int count)
    {
        using var index = Build(bits, count);
        var (codes, words) = (Codes(bits, count), BinaryCodes.Words(bits));
        var queries = Codes(bits, 40 + 6);
        for (var q = 0; q < 6; q++)
        {
            var query = queries.AsSpan((40 + q) * words, words).ToArray();
            if (q == 5) Array.Clear(query);
            Neighbour[] all = [.. Enumerable.Range(0, count).Select(i => new Neighbour(i, Distance(query, codes.AsSpan(i * words, words)))).OrderBy(found => found.Distance).ThenBy(found => found.Id)];
            foreach (var most in new[] { 1, 10, 333, int.MaxValue })
                foreach (var radius in new[] { 0, 2, 4, bits / 3, bits })
                    Assert.Equal(all.TakeWhile(found => found.Distance <= radius).Take(most), index.Search(query, radius, most));
        }
    }

    [Fact]
    public void Ways_are_chosen_by_bits_and_codes()
    {
        Assert.Equal([new AddressTable(0, 20)], AddressTable.For(20, 10));
        Assert.Equal([new AddressTable(0, 28)], AddressTable.For(28, 10_000_000));
        Assert.Empty(AddressTable.For(28, 100));
        Assert.Equal([21, 21, 22], AddressTable.For(64, 10_000_000).Select(table => table.Length));
        Assert.Equal(128, AddressTable.For(128, 1 << 16).Sum(table => table.Length));
        Assert.All(AddressTable.For(512, 9000), table => Assert.InRange(table.Length, 1, AddressTable.Longest));
    }

    [Fact]
    public void A_file_has_names_labels_the_model_and_check_sums()
    {
        using var index = Build(64, 9000);
        Assert.Equal(("item 8999", 2, -1), (index.Name(8999), index.Label(8999), index.Label(4)));
        Assert.Equal(("drawn", 64, 9000), (index.Description.Source, index.Description.Bits, index.Description.Count));
        Assert.Equal(Model(64).Identity(), index.ReadModel().Identity());
        index.Verify();
        Assert.Contains("multi-index hashing, m = 5", index.Description.Access, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Name(9000));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], 3, 4));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Name(0));
        Assert.Throws<ObjectDisposedException>(() => index.Search([1], 3, 4));
    }

    [Fact]
    public void The_same_codes_give_the_same_file_and_what_is_there_stays_unless_it_may_be_replaced()
    {
        Build(24, 9000, "one.lki").Dispose();
        Build(24, 9000, "two.lki").Dispose();
        Assert.Equal(File.ReadAllBytes(_folder["one.lki"]), File.ReadAllBytes(_folder["two.lki"]));
        var builder = new IndexBuilder(Model(24), 0);
        Assert.Throws<UsageException>(() => builder.Write(_folder["one.lki"], new IndexDescription { Bits = 24, Count = 0 }));
        Assert.Equal(File.ReadAllBytes(_folder["one.lki"]), File.ReadAllBytes(_folder["two.lki"]));
    }

    [Fact]
    public void A_truncated_file_and_changed_bytes_are_one_sentence_and_never_a_wrong_check_sum()
    {
        Build(40, 8192).Dispose();
        var whole = File.ReadAllBytes(_folder["some.lki"]);
        foreach (var length in new[] { 0, 1, 8, 9, 100, 2000, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(_folder["short.lki"], whole[..length]);
            Assert.InRange(Assert.ThrowsAny<LikelyException>(() => IndexFile.Open(_folder["short.lki"])).Message.Length, 20, 300);
        }
        var random = new Philox(1, RandomPurpose.Test);
        for (var trial = 0; trial < 150; trial++)
        {
            var changed = (byte[])whole.Clone();
            var at = trial < 75 ? random.Below((ulong)trial, 0, 3000) : random.Below((ulong)trial, 0, whole.Length);
            changed[at] ^= (byte)(1 + random.Below((ulong)trial, 1, 255));
            File.WriteAllBytes(_folder["changed.lki"], changed);
            try
            {
                using var index = IndexFile.Open(_folder["changed.lki"]);
                try
                {
                    foreach (var query in Codes(40, 3)) index.Search([query], 6, 20);
                    for (var id = 0; id < index.Description.Count; id += 500) (_, _) = (index.Name(id), index.Label(id));
                }
                catch (DataException)
                {
                }
                Assert.Throws<DataException>(() => index.Verify());
            }
            catch (LikelyException)
            {
            }
        }
    }

    [Fact]
    public void Tables_that_lead_beyond_the_items_or_to_more_of_them_than_there_are_are_refused()
    {
        Build(20, 3000).Dispose();
        var whole = File.ReadAllBytes(_folder["some.lki"]);
        // The table of offsets ends with the number of items; before it all addresses behind the last item's.
        foreach (var value in new uint[] { 3001, uint.MaxValue, 0 })
        {
            var changed = (byte[])whole.Clone();
            for (var at = 64; at + 4 <= changed.Length; at += 4)
                if (BitConverter.ToUInt32(changed, at) == 3000) BitConverter.TryWriteBytes(changed.AsSpan(at), value);
            File.WriteAllBytes(_folder["changed.lki"], changed);
            using var index = IndexFile.Open(_folder["changed.lki"]);
            foreach (var query in Codes(20, 60))
                try
                {
                    Assert.All(index.Search([query], 3, 5000), found => Assert.InRange(found.Id, 0, 2999));
                }
                catch (DataException fault)
                {
                    Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
                }
        }
    }

    [Fact]
    public void Other_files_and_models_without_bits_are_refused()
    {
        Model(5).Save(_folder["model.likely"]);
        Assert.Contains("is no index", Assert.Throws<DataException>(() => IndexFile.Open(_folder["model.likely"])).Message, StringComparison.Ordinal);
        Assert.Contains("there is no index", Assert.Throws<DataException>(() => IndexFile.Open(_folder["none.lki"])).Message, StringComparison.Ordinal);
        var pca = new PcaConfig { Components = 1 }.Fit(Rows.Of(new float[,] { { 1, 0 }, { 0, 1 }, { 1, 3 } }));
        Assert.Contains("no codes of bits", Assert.Throws<UsageException>(() => new IndexBuilder(new Checkpoint(pca, [], "as=vectors"), 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Balls_are_all_changes_of_so_many_bits()
    {
        for (var bits = 1; bits <= 11; bits++)
            for (var distance = 0; distance <= bits + 1; distance++)
            {
                var found = new List<uint>();
                foreach (var change in new HammingBall(bits, distance)) found.Add(change);
                Assert.Equal(Enumerable.Range(0, 1 << bits).Where(word => BitOperations.PopCount((uint)word) == distance).Select(word => (uint)word), found);
                Assert.Equal(found.Count, HammingBall.Size(bits, distance));
            }
    }
}
