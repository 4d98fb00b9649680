using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--methods naive,nonsense", "nonsense")]
    [InlineData("--generated halves thirds", "thirds")]
    [InlineData("--rates 0.05,-1", "'-1'")]
    [InlineData("--seeds 0", "--seeds")]
    [InlineData("--data --seeds 3", "--data needs a value")]
    [InlineData("--optimizer lion", "'lion'")]
    [InlineData("--fast", "--fast")]
    public void What_can_not_be_used_is_named(string line, string named)
    {
        var e = Assert.Throws<UserErrorException>(() => CommandLine.Parse(line.Split(' ')));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Methods_of_one_fit_are_one_recipe()
    {
        var line = CommandLine.Parse(["--methods", "separate,single,equal+pool,auto", "--default-settings"]);
        Assert.Equal(["auto", "auto-untuned", "equal", "singles"], line.Recipes.Select(r => r.Name));
    }

    [Fact]
    public void Without_data_all_generated_sets_are_taken_and_with_data_none()
    {
        Assert.Equal(GeneratedSets.Names, CommandLine.Parse([]).Generated);
        Assert.Empty(CommandLine.Parse(["--data", "a", "b"]).Generated);
        Assert.Equal(["halves"], CommandLine.Parse(["--data", "a", "--generated", "halves"]).Generated);
    }
}
