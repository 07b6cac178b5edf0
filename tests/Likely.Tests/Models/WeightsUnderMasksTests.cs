using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>A weight that its mask forbids makes no density (a symbol would predict itself), so a model that holds one is refused, however it is stored.</summary>
public sealed class WeightsUnderMasksTests
{
    public static TheoryData<string, WeightStorage> Cases
    {
        get
        {
            var cases = new TheoryData<string, WeightStorage>();
            foreach (var law in LawCases.All.Where(law => law.Config.Build(law.Space, law.Classes, 1).Parameters.Parameters.Any(parameter => parameter.Mask is not null)))
                foreach (var storage in Enum.GetValues<WeightStorage>()) cases.Add(law.Name, storage);
            return cases;
        }
    }

    [Fact]
    public void All_kinds_of_masks_are_tried() =>
        Assert.Equal(["fvsbn", "gated-pixelcnn", "made", "pixelcnn", "wavenet"], Cases.Select(row => ((string)row[0]).Split(':')[0]).Distinct().Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Cases))]
    public void A_weight_under_a_mask_is_refused_when_the_model_is_read(string name, WeightStorage storage)
    {
        var model = LawCases.Find(name).Build();
        var bytes = Bytes(model, storage);
        Assert.Equal(bytes, Bytes(Checkpoint.Load(bytes, "kept"))); // untouched it is read
        var tried = 0;
        foreach (var parameter in model.Parameters.Parameters.Where(parameter => parameter.Mask is not null))
        {
            if (Tampered(bytes, parameter) is not { } hostile) continue;
            tried++;
            var message = Assert.Throws<ModelException>(() => Checkpoint.Load(hostile, "bad.likely")).Message;
            Assert.Contains($"'{parameter.Name}'", message);
            Assert.Contains("bad.likely", message);
            Assert.DoesNotContain('\n', message);
        }
        Assert.True(tried > 0, "nothing lies under a mask");
    }

    [Fact]
    public void So_is_one_that_is_embedded_in_an_archive()
    {
        using var folder = new TemporaryFolder();
        var law = LawCases.Find("fvsbn: binary");
        var checkpoint = IdxFiles.Checkpoint(law);
        var path = IdxFiles.Write(folder.Path, "set", law.Space, law.Examples(20), []);
        checkpoint.Save(folder["m.likely"]);
        var bytes = File.ReadAllBytes(folder["m.likely"]);
        Archive.Compress(checkpoint, [path], folder["a.lka"], new ArchiveOptions { Embed = bytes });
        var archive = File.ReadAllBytes(folder["a.lka"]);
        Tampered(bytes, checkpoint.Density.Parameters.Parameters.Single(parameter => parameter.Name == "weight"))!.CopyTo(archive, archive.AsSpan().IndexOf(bytes));
        File.WriteAllBytes(folder["b.lka"], archive);
        using var reader = ArchiveReader.Open(folder["b.lka"]);
        Assert.Contains("not zero", Assert.Throws<ArchiveException>(reader.EmbeddedModel).Message);
    }

    [Fact]
    public unsafe void So_is_an_interrupted_run()
    {
        var model = LawCases.Find("fvsbn: binary").Build();
        var set = model.Parameters;
        var (state, optimizer) = (new TrainingState(set.Length), new Optimizer(set));
        state.Capture(set, optimizer, []);
        state.RequireMasked(set, "kept.resume");
        var weight = set.Parameters.Single(parameter => parameter.Mask is not null);
        optimizer.Average.Span(weight.Offset + weight.Outputs - 1 + (weight.Inputs - 1) * weight.Stride, 1)[0] = 1; // the last variable from itself
        state.Capture(set, optimizer, []);
        Assert.Contains($"average of '{weight.Name}'", Assert.Throws<UsageException>(() => state.RequireMasked(set, "bad.resume")).Message);
    }

    // The file with one forbidden weight that is not zero; null if nothing is forbidden, or only for outputs that have no weights at all.
    static byte[]? Tampered(byte[] bytes, Parameter parameter)
    {
        var file = Safetensors.Read(bytes);
        var entry = file.Find(parameter.Name)!;
        var data = entry.Data.ToArray();
        var size = data.Length / (int)entry.Count;
        for (var at = (int)entry.Count - 1; at >= 0; at--)
        {
            var (row, output) = (at / parameter.Outputs, at % parameter.Outputs);
            if (parameter.Mask!(row / parameter.Inputs, row % parameter.Inputs, output)) continue;
            var value = data.AsSpan(at * size, size);
            if (size == 1 && Enumerable.Range(0, (int)entry.Count).All(i => i % parameter.Outputs != output || data[i] == 0)) continue; // its scale is zero
            if (size == 1) value[0] = 1;
            else (value[^2], value[^1]) = (0x80, 0x3F);
            var start = bytes.Length - file.Entries.Sum(tensor => tensor.Data.Length) + file.Entries.TakeWhile(tensor => tensor != entry).Sum(tensor => tensor.Data.Length);
            var hostile = bytes.ToArray();
            data.CopyTo(hostile, start);
            return hostile;
        }
        return null;
    }

    static byte[] Bytes(AutoregressiveModel model, WeightStorage storage)
    {
        var checkpoint = new Checkpoint(model, [.. Enumerable.Range(0, model.Classes).Select(i => $"class {i}")], "");
        return Bytes(storage == WeightStorage.Float32 ? checkpoint : checkpoint.Shrink(storage));
    }

    static byte[] Bytes(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        return stream.ToArray();
    }
}
