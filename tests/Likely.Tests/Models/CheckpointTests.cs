using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>A model goes to a path whole or not at all, and through any stream; what a stream claims takes no memory before it is there.</summary>
public sealed class CheckpointTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;
    readonly Checkpoint _model = new(new NadeConfig { Hidden = 5 }.Build(Space.Image(3, 4, 1, 2), 0, 1), [], "");

    string Target => Path.Combine(_folder, "new folder", "m.likely");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_path_and_a_stream_hold_the_same_model()
    {
        _model.Save(Target);
        using var stream = new MemoryStream();
        _model.Save(stream);
        Assert.Equal(File.ReadAllBytes(Target), stream.ToArray());
        Assert.Equal(_model.Identity(), Checkpoint.Load(Target).Identity());
        Assert.Equal(_model.Identity(), Checkpoint.Load(new MemoryStream(stream.ToArray())).Identity());
        Assert.Equal(_model.Identity(), Checkpoint.Load(new Trickle(stream.ToArray())).Identity());
    }

    [Fact]
    public void A_stream_is_read_to_the_models_end_and_no_further()
    {
        using var stream = new MemoryStream();
        _model.Save(stream);
        var end = stream.Position;
        stream.Write("what follows"u8);
        stream.Position = 0;
        Assert.Equal(_model.Identity(), Checkpoint.Load(stream).Identity());
        Assert.Equal(end, stream.Position);
    }

    [Fact]
    public void A_stream_that_ends_early_is_refused_wherever_it_ends()
    {
        using var stream = new MemoryStream();
        _model.Save(stream);
        var bytes = stream.ToArray();
        for (var length = 0; length < bytes.Length; length += 13)
        {
            Assert.StartsWith("cut ", Assert.Throws<SafetensorsException>(() => Checkpoint.Load(new MemoryStream(bytes, 0, length), "cut")).Message);
            Assert.StartsWith("cut ", Assert.Throws<SafetensorsException>(() => Checkpoint.Load(new Trickle(bytes[..length]), "cut")).Message);
        }
    }

    [Fact]
    public void Where_a_bit_has_flipped_the_model_is_refused_or_the_same()
    {
        _model.Calibration = "9;whatever";
        _model.Summary["steps"] = 1234;
        using var stream = new MemoryStream();
        _model.Save(stream);
        var bytes = stream.ToArray();
        var refused = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= (byte)(1 << at % 8);
            try
            {
                var model = Checkpoint.Load(flipped);
                Assert.Equal((_model.Identity(), _model.Calibration, 1234.0), (model.Identity(), model.Calibration, model.Summary["steps"]));
            }
            catch (LikelyException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, bytes.Length * 3 / 4, bytes.Length); // blanks and the name of the sum itself are free
        Assert.Equal(_model.Identity(), Checkpoint.Load(Checkpoint.WithoutEvidence(bytes, "model")).Identity());
    }

    [Fact]
    public void What_a_short_stream_claims_takes_no_memory()
    {
        var header = """{"a":{"dtype":"U8","shape":[2000000000],"data_offsets":[0,2000000000]}}"""u8;
        byte[] bytes = [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header, 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SafetensorsException>(() => Checkpoint.Load(new MemoryStream(bytes)));
        Assert.Throws<SafetensorsException>(() => Checkpoint.Load(new Trickle(bytes)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void A_saving_that_is_ended_leaves_what_was_there()
    {
        _model.Save(Target);
        var before = File.ReadAllBytes(Target);
        var other = new Checkpoint(new NadeConfig { Hidden = 6 }.Build(Space.Image(3, 4, 1, 2), 0, 1), [], "");
        Assert.Throws<OperationCanceledException>(() => other.Save(Target, cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(before, File.ReadAllBytes(Target));
        Assert.Equal(["m.likely"], Directory.GetFiles(Path.GetDirectoryName(Target)!).Select(Path.GetFileName));
        Assert.Throws<OperationCanceledException>(() => Checkpoint.Load(Target, new CancellationToken(canceled: true)));
        Assert.Equal(Remedy.Overwrite, Assert.Throws<UsageException>(() => other.Save(Target, overwrite: false)).Remedy);
    }

    /// <summary>A stream that cannot be searched and gives a few bytes at a time.</summary>
    sealed class Trickle(byte[] bytes) : Stream
    {
        int _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var given = Math.Min(Math.Min(count, 7), bytes.Length - _position);
            Array.Copy(bytes, _position, buffer, offset, given);
            _position += given;
            return given;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
