using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace GBlend.MLNet.Examples.Tests;

/// <summary>The frame of the examples, and every example in it.</summary>
public sealed partial class ExampleProgramTests
{
    public static TheoryData<string> Programs => ["QuickStart", "AudioVisual", "Compare", "AutoMLSweep", "Recipes"];

    [GeneratedRegex("(?<=^ *|, )--[a-z][a-z-]*", RegexOptions.Multiline)]
    private static partial Regex OptionNames();

    private static Type CommandLineOf(string program) => Assembly.Load(program).GetType($"{program}.CommandLine", throwOnError: true)!;

    private static string HelpOf(string program)
    {
        var type = CommandLineOf(program);
        return (string)(type.GetField("Help")?.GetValue(null) ?? type.GetProperty("Help")!.GetValue(null))!;
    }

    private static string[] OptionsOf(string program) => [.. OptionNames().Matches(HelpOf(program)).Select(m => m.Value).Distinct().Except(["--help"])];

    /// <summary>What is said against a line; empty where nothing is.</summary>
    private static string Refused(string program, params string[] words)
    {
        try
        {
            CommandLineOf(program).GetMethod("Parse")!.Invoke(null, [program == "Recipes" ? ["kinetics400", .. words] : words]);
            return "";
        }
        catch (TargetInvocationException e)
        {
            return e.InnerException!.Message;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_option_that_the_help_names_is_known(string program)
    {
        Assert.NotEmpty(OptionsOf(program));
        foreach (string option in OptionsOf(program))
            Assert.Contains(Refused(program, option, "--no-such-thing"),
                (IEnumerable<string>)[$"{option} needs a value. See --help.", "Unknown option '--no-such-thing'. See --help."]);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_misspelled_option_is_guessed(string program)
    {
        string[] options = OptionsOf(program);
        foreach (string option in options)
        {
            string misspelled = option + "x";
            Assert.Matches($"^Unknown option '{misspelled}'. Did you mean --", Refused(program, misspelled));
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_wrong_option_ends_a_program_with_one_line_and_2(string program)
    {
        var (code, output, errors) = await Run(program, "kinetics400", "--no-such-thing");
        Assert.Equal((2, ""), (code, output));
        Assert.Matches("^Unknown option '[^\n]*See --help.\n$", errors);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Help_is_printed_and_nothing_else_happens(string program)
    {
        var (code, output, errors) = await Run(program, "--data", "--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(HelpOf(program).ReplaceLineEndings(), output.TrimEnd());
    }

    [Fact]
    public async Task Control_c_ends_a_run_with_130()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return;
        using var folder = new TemporaryFolder();
        using var process = Start("QuickStart", folder.Path, "--epochs", "100000", "--seeds", "1");
        Assert.Contains("Generated data", await process.StandardOutput.ReadLineAsync());
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.Equal(0, Kill(process.Id, Interrupt));
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((130, "Canceled."), (process.ExitCode, errors.Trim()));
        await output;
    }

    private const int Interrupt = 2;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    public static TheoryData<Exception, string> ForUsers => new()
    {
        { new UserErrorException("Name\na file."), "Name a file." },
        { new FileNotFoundException("no file"), "no file" },
        { new UnauthorizedAccessException("not yours"), "not yours" },
        { new InvalidDataException("row 3"), "row 3" },
        { new ArgumentException("no column"), "no column" },
        { new InvalidOperationException("Splitter/consolidator worker encountered exception", new InvalidDataException("row 3: bad file")), "row 3: bad file" },
        { new InvalidOperationException("All 3 trials failed. The first: no luck", new FormatException("no luck")), "All 3 trials failed. The first: no luck" },
        { new AggregateException(new InvalidDataException("row 3")), "row 3" },
    };

    [Theory]
    [MemberData(nameof(ForUsers))]
    public void What_a_user_can_put_right_is_one_line(Exception exception, string line)
    {
        var (code, errors) = Frame(_ => throw exception);
        Assert.Equal((2, line), (code, errors.TrimEnd()));
    }

    [Theory]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(ArgumentNullException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(OperationCanceledException))]
    public void A_fault_of_the_program_is_not_hidden(Type type) =>
        Assert.Throws(type, () => { Frame(_ => throw (Exception)Activator.CreateInstance(type, type == typeof(ObjectDisposedException) ? [""] : [])!); });

    [Fact]
    public void The_exit_code_is_the_runs_own() => Assert.Equal((1, ""), Frame(_ => 1));

    private static (int Code, string Errors) Frame(Func<CancellationToken, int> run)
    {
        var before = Console.Error;
        using var errors = new StringWriter();
        Console.SetError(errors);
        try
        {
            return (ExampleProgram.Run([], "help", run), errors.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private static Process Start(string program, string folder, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string word in (string[])[Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. words])
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    private static async Task<(int Code, string Output, string Errors)> Run(string program, params string[] words)
    {
        using var folder = new TemporaryFolder();
        using var process = Start(program, folder.Path, words);
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
