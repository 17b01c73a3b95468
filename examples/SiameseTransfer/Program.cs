using System.Globalization;

// Are two pictures the same? Nets of Caffe's files, cut, frozen, and shared between the two pictures:
// dotnet run -c Release --project examples/SiameseTransfer [-- resnet|digits --option value …]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var what = args.FirstOrDefault() is { } first && !first.StartsWith('-') ? first : "";
    var rest = args[(what == "" ? 0 : 1)..];
    switch (what)
    {
        case "resnet": ResNet.Run(new(ResNet.Defaults, rest)); break;
        case "digits": Digits.Run(new(Digits.Defaults, rest)); break;
        case "" when rest.Length == 0:
            Digits.Run(new(Digits.Defaults, []));
            ResNet.Run(new(ResNet.Defaults, []));
            break;
        default: throw new ArgumentException($"'{args[0]}' is not understood. Expected resnet or digits, then options; nothing for both.");
    }
    return 0;
}
catch (Exception e) when (e is ArgumentException or IOException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
