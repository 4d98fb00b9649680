namespace GBlend.MLNet.Examples.Tests;

public sealed class OptionReaderTests
{
    private const string Help = """
          --epochs N   (60)
          --seed N     (0)
          --help
        """;

    private static OptionReader At(params string[] words)
    {
        var options = new OptionReader(["--option", .. words], Help);
        Assert.True(options.Next());
        return options;
    }

    private static string Refused(Action<OptionReader> read, params string[] words) => Assert.Throws<UserErrorException>(() => read(At(words))).Message;

    [Fact]
    public void Values_are_read_in_turn()
    {
        var options = new OptionReader(["--a", "3", "--b", "x", "y", "--c", "1,2", "--d", "-4", "--e", "0", "--f"], Help);
        var read = new List<object>();
        while (options.Next())
        {
            read.Add(options.Option switch
            {
                "--a" => options.Count(),
                "--b" => string.Join("+", options.Values()),
                "--c" => options.Counts().Sum(),
                "--d" => options.Whole(),
                "--e" => options.Number(includesLeast: true),
                _ => options.Option,
            });
        }
        Assert.Equal([3, "x+y", 3, -4, 0.0, "--f"], read);
        Assert.Equal(["a", "b"], At("a, b,").List());
        Assert.Equal([0.05, 0.02], At("0.05,0.02").Numbers());
        Assert.Equal(2, At("two").Choice(("one", 1), ("two", 2)));
    }

    [Theory]
    [InlineData("0", "--option is a whole number above 0, not '0'.")]
    [InlineData("-1", "--option is a whole number above 0, not '-1'.")]
    [InlineData("1.5", "--option is a whole number above 0, not '1.5'.")]
    [InlineData("1e3", "--option is a whole number above 0, not '1e3'.")]
    [InlineData("99999999999", "--option is a whole number above 0, not '99999999999'.")]
    public void What_is_no_count_is_named(string value, string message)
    {
        Assert.Equal(message, Refused(o => o.Count(), value));
        Assert.Equal(message, Refused(o => o.Counts(), "5," + value));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e400")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("1,5")]
    [InlineData("half")]
    public void What_is_no_number_between_bounds_is_named(string value) =>
        Assert.Equal($"--option is a number above 0 and below 1, not '{value}'.", Refused(o => o.Number(below: 1), value));

    [Fact]
    public void What_can_not_be_read_is_said_with_the_option()
    {
        Assert.Equal("--option needs a value. See --help.", Refused(o => o.Value()));
        Assert.Equal("--option needs a value. See --help.", Refused(o => o.Count(), "--seed", "3"));
        Assert.Equal("--option is a number from 0 on, not '-1'.", Refused(o => o.Number(includesLeast: true), "-1"));
        Assert.Equal("--option is a whole number from 0 on, not '-1'.", Refused(o => o.Count(least: 0), "-1"));
        Assert.Equal("--option is a whole number, not 'x'.", Refused(o => o.Whole(), "x"));
        Assert.Equal("--option is one of sgd, adam, not 'lion'.", Refused(o => o.Choice("sgd", "adam"), "lion"));
    }

    [Fact]
    public void A_file_to_write_needs_its_folder_and_is_none()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "new.csv"), lost = Path.Combine(folder.Path, "none", "new.csv");
        Assert.Equal(file, At(file).NewFile());
        Assert.Equal("new.csv", At("new.csv").NewFile());
        Assert.Contains("--option: there is no folder", Refused(o => o.NewFile(), lost));
        Assert.Contains("is a folder. Name a file.", Refused(o => o.NewFile(), folder.Path));
    }

    [Theory]
    [InlineData("--epoch", " Did you mean --epochs?")]
    [InlineData("--eopchs", " Did you mean --epochs?")]
    [InlineData("-seed", " Did you mean --seed?")]
    [InlineData("--learning-rate", "")]
    [InlineData("epochs", " Did you mean --epochs?")]
    public void A_misspelled_option_is_guessed(string option, string guess)
    {
        var options = new OptionReader([option], Help);
        Assert.True(options.Next());
        Assert.Equal($"Unknown option '{option}'.{guess} See --help.", options.Unknown().Message);
    }
}
