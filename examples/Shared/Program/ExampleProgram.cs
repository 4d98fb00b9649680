namespace Examples;

/// <summary>The frame of every example: help, Ctrl-C, one line for what the user can put right, and exit codes.</summary>
internal static class ExampleProgram
{
    /// <summary>0 after a run that went well, 1 after one that gave no result, 2 for what the user can put right, and this after Ctrl-C, as shells
    /// have it.</summary>
    private const int Canceled = 130, UserError = 2;

    /// <summary>Runs an example.</summary>
    /// <param name="args">The words of the command line.</param>
    /// <param name="help">What --help prints.</param>
    /// <param name="run">The example, which gives its exit code. Ctrl-C cancels it; pressed again, the program ends at once.</param>
    /// <param name="onCanceled">What is said after Ctrl-C.</param>
    public static int Run(string[] args, string help, Func<CancellationToken, int> run, string onCanceled = "Canceled.")
    {
        if (args.Any(a => a is "--help" or "-h"))
        {
            Console.WriteLine(help);
            return 0;
        }
        using var cancellation = new CancellationTokenSource();
        void Cancel(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }
        Console.CancelKeyPress += Cancel;
        try
        {
            return run(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine(onCanceled);
            return Canceled;
        }
        catch (Exception e) when (IsForUsers(e) || IsForUsers(e.GetBaseException()))
        {
            Console.Error.WriteLine(MessageOf(e is AggregateException { InnerExceptions: [var only] } ? only : e).ReplaceLineEndings(" "));
            return UserError;
        }
        finally
        {
            Console.CancelKeyPress -= Cancel;
        }
    }

    /// <summary>Exceptions of files, and of options, columns and rows that the library refuses. All others are faults of a program, with a stack
    /// trace.</summary>
    private static bool IsForUsers(Exception e) => e is UserErrorException or IOException or UnauthorizedAccessException or InvalidDataException
        or (ArgumentException and not ArgumentNullException) or (InvalidOperationException and not ObjectDisposedException);

    /// <summary>ML.NET wraps what a row is refused for without saying it; where a wrapper says it, it says more.</summary>
    private static string MessageOf(Exception e) =>
        e.Message.Contains(e.GetBaseException().Message, StringComparison.Ordinal) || !IsForUsers(e.GetBaseException())
        ? e.Message
        : e.GetBaseException().Message;
}
