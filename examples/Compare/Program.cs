using Compare;

return ExampleProgram.Run(args, CommandLine.Help, cancellation =>
{
    Comparison.Run(CommandLine.Parse(args), cancellation);
    return 0;
}, onCanceled: "Canceled. The same command goes on from here.");
