using Compare;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    cancellation.Cancel();
};

try
{
    var line = CommandLine.Parse(args);
    if (line.WantsHelp)
        Console.WriteLine(CommandLine.Help);
    else
        Comparison.Run(line, cancellation.Token);
    return 0;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Canceled. The same command goes on from here.");
    return 130;
}
catch (Exception e) when (e is UserErrorException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
    return 2;
}
