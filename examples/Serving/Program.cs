using Serving;

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);
    string model = line.ModelFile ?? DemoModel.Train(cancellation);
    using var server = Server.Start(line.ToOptions(model), cancellation);
    Console.WriteLine($"Serving {model}");
    Console.WriteLine($"{server.Address}          the page of the service, where rows can be tried");
    Console.WriteLine($"{server.Address}/model    the columns that a row needs, and the classes");
    Console.WriteLine($"curl {server.Address}/predict -H 'Content-Type: application/json' -d '{{\"rows\": [{server.Example}]}}'");
    Console.WriteLine("Ctrl-C ends it.");
    server.WaitForEnd(cancellation);
    return 0;
}
