using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PartNamesTests
{
    [Theory]
    [InlineData("test")]
    [InlineData("cifar-test-batch.bin")]
    [InlineData("test_set")]
    [InlineData("testset")]
    [InlineData("TestImages")]
    [InlineData("X_test.npy")]
    [InlineData("img_TEST_001.png")]
    [InlineData("test1.png")]
    [InlineData("testing")]
    [InlineData("evaluation")]
    [InlineData("held-out test")]
    [InlineData("t10k-images-idx3-ubyte.gz")]
    [InlineData("emnist-letters-test-images-idx3-ubyte")]
    public void Names_of_test_parts(string name) => Assert.Equal(DataPart.Test, PartNames.Of(name));

    [Theory]
    [InlineData("validation")]
    [InlineData("my_validation")]
    [InlineData("val")]
    [InlineData("val2017")]
    [InlineData("valid_64x64")]
    [InlineData("dev-set")]
    [InlineData("ILSVRC2012_val_00000001.JPEG")]
    public void Names_of_validation_parts(string name) => Assert.Equal(DataPart.Validation, PartNames.Of(name));

    [Theory]
    [InlineData("train")]
    [InlineData("training-set")]
    [InlineData("train2017")]
    [InlineData("trainval")]
    [InlineData("X_train.npy")]
    [InlineData("TrainImages")]
    public void Names_of_training_parts(string name) => Assert.Equal(DataPart.Train, PartNames.Of(name));

    [Theory]
    [InlineData("latest")]
    [InlineData("contest")]
    [InlineData("testimony.png")]
    [InlineData("invalid")]
    [InlineData("valley.jpg")]
    [InlineData("strain")]
    [InlineData("trainer")]
    [InlineData("device")]
    [InlineData("t10k2")]
    [InlineData("at10k")]
    [InlineData("data_batch_1.bin")]
    [InlineData("")]
    public void Names_that_tell_no_part(string name) => Assert.Equal(DataPart.Unnamed, PartNames.Of(name));

    [Theory]
    [InlineData("test", "")]
    [InlineData("test_set", "")]
    [InlineData("Test Images (2)", "")]
    [InlineData("val2017", "")]
    [InlineData("cats_test", "cats")]
    [InlineData("test-cats", "cats")]
    [InlineData("cats (test)", "cats")]
    [InlineData("big_test_cats", "big-cats")]
    public void What_a_name_tells_besides(string name, string rest) => Assert.Equal(rest, PartNames.WithoutPart(name));
}
