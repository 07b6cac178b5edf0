Console.WriteLine("likely"); 
